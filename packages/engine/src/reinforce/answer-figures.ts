import type { SampledAnswer } from './sampler.ts';

/** What answers to a batch of prompts were like, by the names that TRL logs them under where it does. */
export type AnswerFigures = {
  readonly reward: number;
  /** Mean of the groups' spreads, unbiased. */
  readonly reward_std: number;
  /** Share of groups whose answers all have one reward, and so teach nothing. */
  readonly frac_reward_zero_std: number;
  /** Share of answers that nobody could grade. */
  readonly reward_missing: number;
  /** Mean of −ln p over the sampled tokens, in nats: an estimate of the policy's entropy. */
  readonly entropy: number;
  readonly 'completions/mean_length': number;
  /** Share of answers that were cut off. */
  readonly 'completions/clipped_ratio': number;
  /** Share of the three-token stretches of an answer that stood in it before. */
  readonly 'completions/repetition': number;
};

/** Figures of answers and their rewards, those to one prompt side by side in groups; every number is finite. */
export function answerFigures(
  answers: readonly SampledAnswer[],
  rewards: readonly (number | undefined)[],
  group: number,
): AnswerFigures {
  const known = rewards.filter((reward) => reward !== undefined);
  const spreads: number[] = [];
  for (let at = 0; at < rewards.length; at += group) {
    const own = rewards.slice(at, at + group).filter((reward) => reward !== undefined);
    const centre = mean(own);
    const squares = own.reduce((sum, reward) => sum + (reward - centre) ** 2, 0);
    spreads.push(Math.sqrt(squares / Math.max(1, own.length - 1)));
  }
  const tokens = answers.reduce((sum, { completion }) => sum + completion.length, 0);
  const nats = answers.reduce((sum, one) => sum + one.surprise * one.completion.length, 0);
  return {
    reward: mean(known),
    reward_std: mean(spreads),
    frac_reward_zero_std: mean(spreads.map((spread) => (spread < evenSpread ? 1 : 0))),
    reward_missing: 1 - known.length / Math.max(1, rewards.length),
    entropy: nats / Math.max(1, tokens),
    'completions/mean_length': mean(answers.map(({ completion }) => completion.length)),
    'completions/clipped_ratio': mean(answers.map(({ isTruncated }) => (isTruncated ? 1 : 0))),
    'completions/repetition': mean(answers.map(({ completion }) => repetition(completion))),
  };
}

/** A smaller spread is rounding. */
const evenSpread = 1e-8;

function repetition(tokens: Int32Array): number {
  const seen = new Set<string>();
  let again = 0;
  for (let at = 0; at + 3 <= tokens.length; at++) {
    const stretch = tokens.subarray(at, at + 3).join();
    if (seen.has(stretch)) again++;
    seen.add(stretch);
  }
  return again / Math.max(1, tokens.length - 2);
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, value) => sum + value, 0) / Math.max(1, numbers.length);
}
