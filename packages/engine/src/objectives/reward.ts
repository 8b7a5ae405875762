import { z } from 'zod';
import { input } from '../graph/value.ts';
import { cast } from '../ops/comparison.ts';
import { add, mul, neg, sub } from '../ops/elementwise.ts';
import { gatherRows } from '../ops/index-rows.ts';
import { reshape } from '../ops/layout.ts';
import { matmul } from '../ops/matmul.ts';
import { reduceSum } from '../ops/reduce.ts';
import { logSigmoid } from './log-sigmoid.ts';
import { type Backbone, checkSequence, type Forward, type Objective } from './objective.ts';
import { parseSettings } from './parse-settings.ts';
import { halves, pairFigures } from './preference-pair.ts';

/** Two answers to one prompt, each with the prompt before it. */
export type RewardPair = {
  readonly chosen: Int32Array;
  readonly rejected: Int32Array;
  /** By how much the chosen answer should be ahead; 0 if left out. */
  readonly margin?: number | undefined;
};

const schema = z.strictObject({
  centerCoefficient: z
    .number()
    .nonnegative()
    .default(0)
    .describe('Weight of (r_chosen + r_rejected)², which keeps rewards around 0.'),
});

export type RewardSettings = z.output<typeof schema>;

/** Defaults are those of TRL's RewardConfig. Throws RangeError naming each field at fault. */
export function parseRewardSettings(given: unknown = {}): RewardSettings {
  return parseSettings(schema, given, 'reward model');
}

/** The head of `…ForSequenceClassification` models with one label. */
export const rewardHead = 'score.weight';

/**
 * A reward model over pairs (Bradley-Terry); weight: pairs. The reward r of a sequence is `score.weight` `[1, hiddenSize]`
 * times the hidden state of its last token; a pair's loss is −ln σ(r_w − r_l − margin) + c·(r_w + r_l)² (TRL,
 * RewardTrainer.compute_loss). `vectors.rewards` are those of the chosen, then of the rejected answers.
 */
export function reward(settings: RewardSettings): Objective<RewardPair> {
  return {
    name: 'reward',
    settings,
    headless: true,
    head: ({ hiddenSize }) => [
      { name: rewardHead, shape: [1, hiddenSize], initial: 'normal', decays: true },
    ],
    sequences: ({ chosen, rejected }) => [chosen, rejected],
    targets: () => 2,
    weight: () => 1,
    check({ chosen, rejected, margin = 0 }, name, limits) {
      checkSequence(chosen, `the chosen answer of ${name}`, limits);
      checkSequence(rejected, `the rejected answer of ${name}`, limits);
      if (!Number.isFinite(margin)) throw new RangeError(`the margin of ${name} is ${margin}`);
    },
    feeds(placed, { shape: { examples: pairs } }) {
      const positions = new Int32Array(2 * pairs);
      const weights = new Float32Array(pairs);
      const margins = new Float32Array(pairs);
      for (const [at, { example, starts }] of placed.entries()) {
        const [first, second] = starts as [number, number];
        positions[at] = first + example.chosen.length - 1;
        positions[pairs + at] = second + example.rejected.length - 1;
        weights[at] = 1;
        margins[at] = example.margin ?? 0;
      }
      return {
        last_positions: { data: positions, shape: [2 * pairs], dtype: 'int32' },
        pair_weights: { data: weights, shape: [pairs], dtype: 'float32' },
        pair_margins: { data: margins, shape: [pairs], dtype: 'float32' },
      };
    },
    forward: (backbone, { examples }) => rewardForward(backbone, examples, settings),
    digest: ({ chosen, rejected, margin = 0 }) => [chosen, rejected, Float64Array.of(margin)],
  };
}

function rewardForward(
  { hidden, tensor }: Backbone,
  pairs: number,
  { centerCoefficient }: RewardSettings,
): Forward {
  const { dtype } = hidden;
  const last = gatherRows(hidden, input('last_positions', [2 * pairs], 'int32'));
  const counted = cast(input('pair_weights', [pairs], 'float32'), dtype);
  const margins = cast(input('pair_margins', [pairs], 'float32'), dtype);
  const rewards = reshape(matmul(last, tensor(rewardHead), { transB: true }), [2 * pairs]);
  const { chosen, rejected } = halves(rewards);
  let losses = neg(logSigmoid(sub(sub(chosen, rejected), margins)));
  if (centerCoefficient !== 0) {
    const sum = add(chosen, rejected);
    losses = add(losses, mul(mul(sum, sum), centerCoefficient));
  }
  return {
    loss: reduceSum(mul(losses, counted)),
    ...pairFigures({ weights: counted, rewards: { chosen, rejected } }),
    vectors: { rewards },
  };
}
