import type { ModelConfig } from '../families/model-config.ts';
import { input, type Value } from '../graph/value.ts';
import { sequenceHead } from '../models/heads.ts';
import { cast } from '../ops/comparison.ts';
import { add, mul, neg, sub } from '../ops/elementwise.ts';
import { reshape, slice, split } from '../ops/layout.ts';
import { reduceSum } from '../ops/reduce.ts';
import { checkText, typesOf } from './encoder-example.ts';
import { logSigmoid } from './log-sigmoid.ts';
import type { Forward, Objective } from './objective.ts';
import type { SettingsOf } from './objective-settings.ts';
import { pooled, poolingFeeds, readToken } from './pooling.ts';
import { pairFigures } from './preference-pair.ts';
import { scoredRewards } from './scored/pairs.ts';

/** Two answers to one prompt, each with the prompt before it. */
export type RewardPair = {
  readonly chosen: Int32Array;
  readonly rejected: Int32Array;
  /** By how much the chosen answer should be ahead; 0 if left out. */
  readonly margin?: number | undefined;
  /** The type of each token of either, where an answer is the second text of a pair; all 0 when absent. */
  readonly types?: { readonly chosen: Int32Array; readonly rejected: Int32Array } | undefined;
};

/**
 * A reward model over pairs (Bradley-Terry); weight: pairs. The reward r of a sequence is the one score of the
 * family's `…ForSequenceClassification` head: of a decoder `score.weight` times the hidden state of the last
 * token. A pair's loss is −ln σ(r_w − r_l − margin) + c·(r_w + r_l)² (TRL, RewardTrainer.compute_loss).
 * `vectors.rewards` `[2 · pairs]` has each pair's chosen and rejected reward in turn.
 */
export function reward(
  config: ModelConfig,
  settings: SettingsOf<'reward model'>,
): Objective<RewardPair> {
  const head = sequenceHead(config, 1);
  const types = typesOf(config);
  return {
    name: 'reward',
    settings,
    headless: true,
    reads: readToken(config),
    task: { kind: 'sequence-classification', problem: 'regression', labels: 1 },
    scored: scoredRewards,
    head: () => head.tensors,
    sequences: ({ chosen, rejected }) => [chosen, rejected],
    types:
      types &&
      (({ chosen, rejected, types: own }) => [
        ...types({ tokens: chosen, types: own?.chosen }),
        ...types({ tokens: rejected, types: own?.rejected }),
      ]),
    targets: () => 2,
    lossesOf: 'examples',
    weight: () => 1,
    check({ chosen, rejected, margin = 0, types: own }, name, limits) {
      const model = { limits, config };
      checkText({ tokens: chosen, types: own?.chosen }, `the chosen answer of ${name}`, model);
      checkText(
        { tokens: rejected, types: own?.rejected },
        `the rejected answer of ${name}`,
        model,
      );
      if (!Number.isFinite(margin)) throw new RangeError(`the margin of ${name} is ${margin}`);
    },
    feeds(placed, { shape }) {
      const pairs = shape.examples;
      const weights = new Float32Array(pairs);
      const margins = new Float32Array(pairs);
      for (const [at, { example }] of placed.entries()) {
        weights[at] = 1;
        margins[at] = example.margin ?? 0;
      }
      const answers = placed.flatMap(({ example, places }) =>
        [example.chosen, example.rejected].map((tokens, part) => ({
          example: { tokens },
          places: [places[part] as Int32Array],
        })),
      );
      return {
        ...poolingFeeds(config, answers, shape),
        pair_weights: { data: weights, shape: [pairs], dtype: 'float32' },
        pair_margins: { data: margins, shape: [pairs], dtype: 'float32' },
      };
    },
    forward: ({ hidden, tensor }, shape) =>
      rewardForward(head.scores(tensor, pooled(config, hidden, shape)), shape.examples, settings),
    digest: ({ chosen, rejected, margin = 0, types: own }) => [
      ...[chosen, rejected, Float64Array.of(margin)],
      ...(own === undefined ? [] : [own.chosen, own.rejected]),
    ],
  };
}

function rewardForward(
  scores: Value,
  pairs: number,
  { centerCoefficient }: SettingsOf<'reward model'>,
): Forward {
  const { dtype } = scores;
  const counted = cast(input('pair_weights', [pairs], 'float32'), dtype);
  const margins = cast(input('pair_margins', [pairs], 'float32'), dtype);
  // Room for targets is rounded up; the pairs come first.
  const used = slice(scores, { axis: 0, start: 0, end: 2 * pairs });
  const columns = split(reshape(used, [pairs, 2]), [1, 1], 1);
  const [chosen, rejected] = columns.map((column) => reshape(column, [pairs])) as [Value, Value];
  const own = neg(logSigmoid(sub(sub(chosen, rejected), margins)));
  let losses = own;
  if (centerCoefficient !== 0) {
    const sum = add(chosen, rejected);
    losses = add(losses, mul(mul(sum, sum), centerCoefficient));
  }
  return {
    loss: reduceSum(mul(losses, counted)),
    losses: cast(own, 'float32'),
    ...pairFigures({ weights: counted, rewards: { chosen, rejected } }),
    vectors: { rewards: reshape(used, [2 * pairs]) },
  };
}
