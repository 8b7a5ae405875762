import { pairAccuracy } from '@lathe/scoring/ranking';
import type { Scored } from '../objective.ts';
import { collected, vectorOf } from './collected.ts';

type Scores = { readonly preferred: number; readonly rejected: number };

/** How often and by how much the better of two answers has the higher reward, from `vectors.rewards` `[2 · pairs]`, in turn. */
export const scoredRewards: Scored<unknown> = collected<unknown, Scores>({
  metrics: ['pair_accuracy', 'margin'],
  read(placed, vectors) {
    const rewards = vectorOf(vectors, 'rewards');
    return placed.map((_, at) => ({
      preferred: rewards[2 * at] as number,
      rejected: rewards[2 * at + 1] as number,
    }));
  },
  figures: (_, answers) => pairFigures(answers),
});

/**
 * How often and by how much the better of two answers is the likelier one, from `vectors.logProbabilities` `[2 · pairs]`: of all
 * better answers, summed over their tokens in nats, then of all worse ones.
 */
export const scoredPairs: Scored<unknown> = collected<unknown, Scores>({
  metrics: ['pair_accuracy', 'margin'],
  read(placed, vectors, { examples: pairs }) {
    const each = vectorOf(vectors, 'logProbabilities');
    return placed.map((_, at) => ({
      preferred: each[at] as number,
      rejected: each[pairs + at] as number,
    }));
  },
  figures: (_, answers) => pairFigures(answers),
});

function pairFigures(answers: readonly Scores[]) {
  const preferred = answers.map((each) => each.preferred);
  const rejected = answers.map((each) => each.rejected);
  const sum = preferred.reduce((total, value, at) => total + value - (rejected[at] as number), 0);
  return {
    pair_accuracy: pairAccuracy(preferred, rejected),
    margin: sum / answers.length,
  };
}
