import { lengthSlice, meanOf } from './row-metrics.ts';
import type { ContestData, ContestOf, RewardedAnswer } from './task-contest.ts';

/** Answers that a grader judged: what they are worth on the mean, those left out that it could not judge. */
export function rewardedContest(_: ContestData<'rewarded'>): ContestOf<'rewarded'> {
  return {
    headline: 'reward',
    isRate: false,
    metrics: {
      reward: {
        unit: 'number',
        of: (answers: readonly RewardedAnswer[]) => meanOf(answers.map(({ reward }) => reward)),
      },
    },
    baselines: () => [],
    isRight: () => null,
    slices: ({ prompt }) => [lengthSlice('prompts', prompt)],
    show: ({ system, prompt }) => ({
      ...(system !== undefined && { system }),
      prompt,
      expected: '',
    }),
    tell: ({ text, reward }) => `${text.trim()} (reward ${reward?.toPrecision(3) ?? 'none'})`,
  };
}
