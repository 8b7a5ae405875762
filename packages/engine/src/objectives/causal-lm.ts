import type { Tensor } from '../graph/tensor.ts';
import type { Value } from '../graph/value.ts';
import { linearCrossEntropy } from '../ops/linear-cross-entropy.ts';
import { matmul } from '../ops/matmul.ts';
import {
  chunkedCrossEntropy,
  smoothedCrossEntropy,
  type TargetLosses,
  type Targets,
} from './chunked-cross-entropy.ts';
import { type TokenizedExample, targetCount } from './example.ts';
import { targetInputs, targetRoom } from './labelled-targets.ts';
import { checkSequence, type ExampleLimits, type Objective, type Placed } from './objective.ts';
import { scoredWriting } from './scored/written.ts';

/**
 * Next-token prediction: Σ weight · cross-entropy over the targets, and the number of targets whose most
 * likely token is the right one, both scalars. Hidden states are gathered at the targets first, so the
 * head sees nothing else; it runs in chunks of rows.
 */
export function causalLmLoss(
  hidden: Value,
  head: Value,
  targets: Targets,
  labelSmoothing = 0,
): TargetLosses {
  return chunkedCrossEntropy(hidden, targets, (rows, labels) =>
    labelSmoothing === 0
      ? linearCrossEntropy(rows, head, labels)
      : smoothedCrossEntropy(matmul(rows, head, { transB: true }), labels, labelSmoothing),
  );
}

/**
 * Next-token prediction on the supervised tokens of each example; weight: supervised tokens.
 * @example checkAll(causalLm, [textExample([1, 2])], { maxTokens: 8, vocabularySize: 4 });
 */
export const causalLm: Objective<TokenizedExample> = {
  name: 'causal-lm',
  shareable: true,
  sequences: ({ tokens }) => [tokens],
  targets: targetCount,
  weight: targetCount,
  check: checkTargets,
  feeds: (placed, { shape }) => nextTokenFeeds(placed, shape.targets),
  forward({ hidden, head, labelSmoothing }, { targets }) {
    const sums = causalLmLoss(hidden, head(), targetInputs(targets), labelSmoothing);
    return { ...sums, losses: sums.vectors.losses };
  },
  scored: scoredWriting,
  digest: ({ tokens, supervised }) => [tokens, supervised],
};

/** Throws RangeError, beginning with `name`, when a sequence is unusable or holds no supervised token. */
export function checkTargets(example: TokenizedExample, name: string, limits: ExampleLimits): void {
  const { tokens, supervised } = example;
  if (tokens.length !== supervised.length)
    throw new RangeError(
      `${name} has ${tokens.length} tokens but ${supervised.length} supervised flags`,
    );
  checkSequence(tokens, name, limits);
  if (targetCount(example) === 0)
    throw new RangeError(`${name} has no supervised token after its first`);
}

/** The targets of a micro-batch's examples; an example's first token is never one. */
function nextTokenFeeds(
  placed: readonly Placed<TokenizedExample>[],
  room: number,
): Record<string, Tensor> {
  const { positions, tokens, weights, feeds } = targetRoom(room);
  let count = 0;
  for (const { example, places } of placed)
    for (let at = 1; at < example.tokens.length; at++) {
      if (!example.supervised[at]) continue;
      if (count === room)
        throw new RangeError(`more than ${room} supervised tokens in a micro-batch`);
      positions[count] = places[0]?.[at - 1] as number;
      tokens[count] = example.tokens[at] as number;
      weights[count] = 1;
      count++;
    }
  return feeds;
}
