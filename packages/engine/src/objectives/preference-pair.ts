import type { Tensor } from '../graph/tensor.ts';
import { input, type Value } from '../graph/value.ts';
import { cast, greater } from '../ops/comparison.ts';
import { mul, sub } from '../ops/elementwise.ts';
import { slice } from '../ops/layout.ts';
import { reduceSum } from '../ops/reduce.ts';
import { checkTargets } from './causal-lm.ts';
import { type TokenizedExample, targetCount } from './example.ts';
import type { ExampleLimits, Figure, Placed } from './objective.ts';
import { scoredPairs } from './scored/pairs.ts';
import { sequenceFeeds } from './sequence-log-probability.ts';

/**
 * Two answers to one prompt; each sequence holds the prompt and its answer, whose tokens are supervised.
 * @example const pair: PreferencePair = { chosen: textExample([1, 2]), rejected: textExample([1, 3]) };
 */
export type PreferencePair = {
  readonly chosen: TokenizedExample;
  readonly rejected: TokenizedExample;
};

/** What every objective over preference pairs says of its examples; it counts pairs. */
export const preferencePairs = {
  shareable: true,
  sequences: ({ chosen, rejected }: PreferencePair): readonly Int32Array[] => [
    chosen.tokens,
    rejected.tokens,
  ],
  targets: ({ chosen, rejected }: PreferencePair): number =>
    targetCount(chosen) + targetCount(rejected),
  lossesOf: 'examples' as const,
  weight: (): number => 1,
  scored: scoredPairs,
  check({ chosen, rejected }: PreferencePair, name: string, limits: ExampleLimits): void {
    checkTargets(chosen, `the chosen answer of ${name}`, limits);
    checkTargets(rejected, `the rejected answer of ${name}`, limits);
  },
  digest: ({ chosen, rejected }: PreferencePair): Iterable<NodeJS.ArrayBufferView> => [
    chosen.tokens,
    chosen.supervised,
    rejected.tokens,
    rejected.supervised,
  ],
};

/** The graph input that says which of the room is used: 1 for a pair, 0 for none, `[pairs]`. */
export function pairWeights(pairs: number): Value {
  return input('pair_weights', [pairs], 'float32');
}

/** Supervised tokens of each chosen answer, then of each rejected one, 1 for unused room, `[2 · pairs]`. */
export function answerLengths(pairs: number): Value {
  return input('answer_lengths', [2 * pairs], 'float32');
}

/** The feed of `answerLengths`. */
export function answerLengthFeed(
  placed: readonly Placed<PreferencePair>[],
  { examples: pairs }: { readonly examples: number },
): Record<string, Tensor> {
  const data = new Float32Array(2 * pairs).fill(1);
  for (const [at, { example }] of placed.entries()) {
    data[at] = targetCount(example.chosen);
    data[pairs + at] = targetCount(example.rejected);
  }
  return { answer_lengths: { data, shape: [2 * pairs], dtype: 'float32' } };
}

/**
 * The feeds of `sequenceInputs` and `pairWeights`: chosen answers have slots 0, 1, …, rejected ones follow from slot
 * `pairs` on. `everyChosenToken` scores the prompts of chosen answers too.
 */
export function pairFeeds(
  placed: readonly Placed<PreferencePair>[],
  { targets, examples: pairs }: { readonly targets: number; readonly examples: number },
  everyChosenToken = false,
): Record<string, Tensor> {
  if (placed.length > pairs) throw new RangeError(`more than ${pairs} pairs in a micro-batch`);
  const weights = new Float32Array(pairs);
  const sequences = placed.flatMap(({ example: { chosen, rejected }, places }, at) => {
    weights[at] = 1;
    const [first, second] = places as [Int32Array, Int32Array];
    return [
      { example: chosen, places: first, slot: at, everyToken: everyChosenToken },
      { example: rejected, places: second, slot: pairs + at },
    ];
  });
  return {
    ...sequenceFeeds(sequences, targets),
    pair_weights: { data: weights, shape: [pairs], dtype: 'float32' },
  };
}

/** Splits `[2 · pairs]` into the chosen and the rejected half. */
export function halves(x: Value): { readonly chosen: Value; readonly rejected: Value } {
  const pairs = (x.shape[0] as number) / 2;
  return {
    chosen: slice(x, { axis: 0, start: 0, end: pairs }),
    rejected: slice(x, { axis: 0, start: pairs, end: 2 * pairs }),
  };
}

/** Figures that TRL reports for pairs, and how many pairs the rewards order right. */
export function pairFigures({
  weights,
  rewards,
  logProbabilities,
}: {
  readonly weights: Value;
  readonly rewards: { readonly chosen: Value; readonly rejected: Value };
  readonly logProbabilities?: { readonly chosen: Value; readonly rejected: Value };
}): { readonly correct: Value; readonly figures: Record<string, Figure> } {
  const count = reduceSum(weights);
  const mean = (x: Value): Figure => ({ total: reduceSum(mul(x, weights)), count });
  const right = cast(greater(rewards.chosen, rewards.rejected), weights.dtype);
  return {
    correct: reduceSum(mul(right, weights)),
    figures: {
      'rewards/chosen': mean(rewards.chosen),
      'rewards/rejected': mean(rewards.rejected),
      'rewards/margins': mean(sub(rewards.chosen, rewards.rejected)),
      ...(logProbabilities && {
        'logps/chosen': mean(logProbabilities.chosen),
        'logps/rejected': mean(logProbabilities.rejected),
      }),
    },
  };
}
