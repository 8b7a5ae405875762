import type { SettingsOf } from '../objective-settings.ts';

/** An answer that was sampled and judged. */
export type JudgedRollout = {
  /** Undefined where no grader could judge it: it then teaches nothing, and no other is compared with it. */
  readonly reward: number | undefined;
  /** ln π of each token of the answer when it was sampled. */
  readonly sampled: Float32Array;
  /** ln π of each token under the weights that the run starts from; needed where β is not 0. */
  readonly reference?: Float32Array | undefined;
  /** True when the answer was cut off. */
  readonly isTruncated: boolean;
};

type Settings = Pick<
  SettingsOf<'reinforcement'>,
  'loss' | 'beta' | 'scaleRewards' | 'maskTruncated'
>;

/** What TRL adds to a spread before it divides by it. */
const spreadFloor = 1e-4;

/**
 * How much better than its group each answer is; `group` answers to the same prompt stand side by side. With r̄ and s the
 * mean and the unbiased standard deviation of a group's rewards (s of all for `batch`):
 *   dapo, grpo, dr_grpo   (r − r̄) / (s + 1e-4); without the divisor for `none`
 *   rloo                  r' − mean of the others' r', with r' = r − β·Σ(ln π − ln π_ref)
 * (TRL, GRPOTrainer and RLOOTrainer._generate_and_score_completions). Throws RangeError unless the answers fill whole groups.
 */
export function advantagesOf(
  rollouts: readonly JudgedRollout[],
  settings: Settings,
  group: number,
): number[] {
  if (group < 2 || rollouts.length % group !== 0)
    throw new RangeError(
      `${rollouts.length} answers do not make whole groups of ${group}, of at least 2`,
    );
  const rewards = rollouts.map((rollout) => penalised(rollout, settings));
  const whole = spread(rewards);
  return rewards.map((reward, at) => {
    if (reward === undefined) return 0;
    const start = at - (at % group);
    const own = rewards.slice(start, start + group);
    const { count, mean, deviation } = spread(own);
    if (count < 2) return 0;
    const lead = reward - mean;
    // r − (n·r̄ − r) / (n − 1) = (r − r̄)·n / (n − 1)
    if (settings.loss === 'rloo') return (lead * count) / (count - 1);
    if (settings.scaleRewards === 'none') return lead;
    const divisor = settings.scaleRewards === 'batch' ? whole.deviation : deviation;
    return lead / (divisor + spreadFloor);
  });
}

function penalised(
  { reward, sampled, reference, isTruncated }: JudgedRollout,
  { loss, beta, maskTruncated }: Settings,
): number | undefined {
  if (reward === undefined || loss !== 'rloo' || beta === 0) return reward;
  if (isTruncated && maskTruncated) return reward;
  if (reference === undefined)
    throw new RangeError('β holds the answers to a reference that nobody has measured');
  const apart = sampled.reduce((sum, own, at) => sum + own - (reference[at] as number), 0);
  return reward - beta * apart;
}

/** Of the rewards that are there; the deviation of fewer than two is 0. */
function spread(rewards: readonly (number | undefined)[]) {
  const known = rewards.filter((reward) => reward !== undefined);
  const count = known.length;
  const mean = known.reduce((sum, reward) => sum + reward, 0) / Math.max(1, count);
  const squares = known.reduce((sum, reward) => sum + (reward - mean) ** 2, 0);
  return { count, mean, deviation: Math.sqrt(squares / Math.max(1, count - 1)) };
}
