import type { ModelConfig } from '../families/model-config.ts';
import { tokenHead } from '../models/heads.ts';
import { gatherRows } from '../ops/index-rows.ts';
import { chunkedCrossEntropy } from './chunked-cross-entropy.ts';
import { entropyOf, meanScale, weightFeeds } from './class-weights.ts';
import { checkText, type EncodedText, textBytes, typesOf } from './encoder-example.ts';
import { targetFeeds, targetInputs } from './labelled-targets.ts';
import type { Objective } from './objective.ts';
import { scoredTags } from './scored/tags.ts';

/** A text with a label for each token; a negative one is not asked about, as in parts of a word. */
export type TaggedExample = EncodedText & {
  readonly labels: Int32Array;
  /** Examples one after another with the same number are windows of one sentence, whose spans may reach over both. */
  readonly sentence?: number | undefined;
};

/**
 * Token classification: cross-entropy of each labelled token. Weight: labelled tokens. Exports call the labels
 * `labelNames`; with `weights` of the labels the mean is weighted. Throws RangeError for Gemma 3, of which transformers
 * has no such model.
 */
export function tokenClassification(
  config: ModelConfig,
  labels: number,
  labelNames?: readonly string[],
  weights?: readonly number[],
): Objective<TaggedExample> {
  const head = tokenHead(config, labels);
  const labelled = (example: TaggedExample): number =>
    example.labels.reduce((count, label) => count + (label >= 0 ? 1 : 0), 0);
  return {
    name: 'token-classification',
    settings: { labels, ...(weights && { weights }) },
    headless: true,
    task: { kind: 'token-classification', labels, labelNames },
    sequences: ({ tokens }) => [tokens],
    types: typesOf(config),
    targets: labelled,
    weight: labelled,
    check(example, name, limits) {
      checkText(example, name, { limits, config });
      if (example.labels.length !== example.tokens.length)
        throw new RangeError(
          `${name} has ${example.tokens.length} tokens but ${example.labels.length} labels`,
        );
      if (labelled(example) === 0) throw new RangeError(`${name} has no labelled token`);
      const strange = example.labels.find((label) => label >= labels);
      if (strange !== undefined)
        throw new RangeError(`${name} has label ${strange}; there are ${labels} labels`);
    },
    head: () => head.tensors,
    classes: ({ labels: each }) => each.filter((label) => label >= 0),
    feeds: (placed, { shape, step }) => ({
      ...targetFeeds(
        placed.flatMap(({ example, places: [[start = 0] = []] }) =>
          [...example.labels].flatMap((label, at) =>
            label < 0 ? [] : [{ position: start + at, label }],
          ),
        ),
        shape.targets,
        meanScale(
          weights,
          step.flatMap(({ labels: each }) => [...each]),
        ),
      ),
      ...weightFeeds(weights),
    }),
    forward({ hidden, tensor, labelSmoothing }, { targets }) {
      const inputs = targetInputs(targets);
      const entropy = entropyOf({ labels, weights }, labelSmoothing);
      const areScaled = weights !== undefined;
      const sums = chunkedCrossEntropy(
        hidden,
        inputs,
        (rows, classes) => entropy(head.scores(tensor, rows), classes),
        { areScaled },
      );
      const scores = head.scores(tensor, gatherRows(hidden, inputs.positions));
      return { ...sums, losses: sums.vectors.losses, vectors: { scores } };
    },
    scored: labelNames && scoredTags(labelNames),
    digest: (example) => [...textBytes(example), example.labels],
  };
}
