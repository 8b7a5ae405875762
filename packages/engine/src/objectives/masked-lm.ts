import type { EncoderConfig } from '../families/encoder-config.ts';
import { maskedLmHead } from '../models/heads.ts';
import { chunkedCrossEntropy, smoothedCrossEntropy } from './chunked-cross-entropy.ts';
import { checkText, type EncodedText, textBytes, typesOf } from './encoder-example.ts';
import { targetFeeds, targetInputs } from './labelled-targets.ts';
import type { Objective } from './objective.ts';

/** A text with some tokens hidden: `hidden[i]` is the place of the i-th, `answers[i]` what was there. */
export type MaskedExample = EncodedText & {
  readonly hidden: Int32Array;
  readonly answers: Int32Array;
};

/**
 * Masked language modelling (Devlin et al. 2018): cross-entropy of the hidden tokens, from both sides.
 * Weight: hidden tokens.
 * @example
 * const { config } = await openAnyModelFolder('models/lathe-tiny-encoder');
 * if (config.kind === 'encoder') maskedLm(config).name; // masked-lm
 */
export function maskedLm(config: EncoderConfig): Objective<MaskedExample> {
  const head = maskedLmHead(config);
  return {
    name: 'masked-lm',
    task: { kind: 'masked-lm' },
    sequences: ({ tokens }) => [tokens],
    types: typesOf(config),
    targets: ({ hidden }) => hidden.length,
    weight: ({ hidden }) => hidden.length,
    check(example, name, limits) {
      checkText(example, name, { limits, config });
      const { hidden, answers, tokens } = example;
      if (hidden.length === 0) throw new RangeError(`${name} hides no token`);
      if (hidden.length !== answers.length)
        throw new RangeError(
          `${name} hides ${hidden.length} tokens but has ${answers.length} answers`,
        );
      const outside = hidden.find((place) => place < 0 || place >= tokens.length);
      if (outside !== undefined)
        throw new RangeError(`${name} hides token ${outside} of ${tokens.length}`);
      const strange = answers.find((token) => token < 0 || token >= limits.vocabularySize);
      if (strange !== undefined)
        throw new RangeError(
          `${name} hides token ${strange}; the vocabulary has ${limits.vocabularySize}`,
        );
    },
    head: () => head.tensors,
    feeds: (placed, { shape }) =>
      targetFeeds(
        placed.flatMap(({ example: { hidden, answers }, places: [[start = 0] = []] }) =>
          Array.from(hidden, (place, at) => ({
            position: start + place,
            label: answers[at] as number,
          })),
        ),
        shape.targets,
      ),
    forward({ hidden, tensor, labelSmoothing }, { targets }) {
      const sums = chunkedCrossEntropy(hidden, targetInputs(targets), (rows, labels) =>
        smoothedCrossEntropy(head.scores(tensor, rows), labels, labelSmoothing),
      );
      return { ...sums, losses: sums.vectors.losses };
    },
    digest: (example) => [...textBytes(example), example.hidden, example.answers],
  };
}
