import type { Rollout } from '../objectives/policy/rollout-feeds.ts';

/** Mean over the tokens of e^d − d − 1 with d = ln π_start − ln π: an unbiased estimate of KL(π ‖ π_start) in nats. */
export function divergence(rollouts: readonly Pick<Rollout, 'sampled' | 'reference'>[]): number {
  let sum = 0;
  let count = 0;
  for (const { sampled, reference } of rollouts)
    for (const [at, own] of sampled.entries()) {
      const apart = (reference?.[at] ?? own) - own;
      sum += Math.min(Math.exp(apart), Number.MAX_SAFE_INTEGER) - apart - 1;
      count++;
    }
  return sum / Math.max(1, count);
}
