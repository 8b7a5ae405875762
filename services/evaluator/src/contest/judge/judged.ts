import { areaUnderRoc } from '@lathe/scoring/ranking';
import { lengthSlice, meanOf, pick } from './row-metrics.ts';
import type { ContestData, ContestOf, NamedMetric } from './task-contest.ts';

/**
 * Single answers of which people said whether they are good, by the reward of each: how much likelier a model finds it than the
 * model that training began with, in nats. There are no pairs; the area under the ROC curve is the share of all pairs of a good and
 * a bad answer in which the good one has the higher reward.
 */
export function judgedContest({ rows }: ContestData<'judged'>): ContestOf<'judged'> {
  const isGood = rows.map(({ label }) => label);
  const rewardOf = (label: boolean): NamedMetric<number> => ({
    unit: 'number',
    of: (rewards) =>
      meanOf(rows.map((row, at) => (row.label === label ? (rewards[at] ?? null) : null))),
  });
  return {
    headline: 'AUC',
    isRate: false,
    metrics: {
      AUC: {
        unit: 'number',
        of: (rewards) => (draw) => areaUnderRoc(pick(rewards, draw), pick(isGood, draw)),
      },
      'reward of good answers': rewardOf(true),
      'reward of bad answers': rewardOf(false),
    },
    // What judges of answers are known to fall for.
    baselines: () => [
      { name: 'longer answer', answers: rows.map(({ answer }) => answer.content.length) },
    ],
    isRight: () => null,
    slices: ({ answer }) => [lengthSlice('answers', answer.content)],
    show: ({ messages, answer, label }) => ({
      prompt: messages.at(-1)?.content ?? '',
      expected: `${answer.content}\nis a ${label ? 'good' : 'bad'} answer`,
    }),
    tell: (reward) => `reward ${reward.toPrecision(4)}`,
  };
}
