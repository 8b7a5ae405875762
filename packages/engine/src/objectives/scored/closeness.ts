import { meanReciprocalRank, placeOf, recallAt } from '@lathe/scoring/ranking';
import { pearson, spearman } from '@lathe/scoring/regression';
import type { Scored } from '../objective.ts';
import { collected, vectorOf } from './collected.ts';

type Related = {
  readonly anchor: Int32Array;
  readonly positive: Int32Array;
  readonly negatives?: readonly Int32Array[] | undefined;
};

/** The vectors of an anchor, its positive and its negatives. */
type Vectors = readonly Float32Array[];

/** Of more a held-out score would take its time: the first ones stand for all. */
const mostRanked = 2000;

/**
 * How near the first of a pair its second is found, from `vectors.embeddings` `[targets, width]` as `embeddingPairs` lays
 * them out: among the other texts of all held-out examples, of which the first 2,000 are looked at.
 */
export const scoredRanks: Scored<Related> = collected<Related, Vectors>({
  metrics: ['mrr', 'recall_at_1', 'recall_at_10', 'triplet_accuracy'],
  read(placed, vectors, { targets, examples }) {
    const row = rowsOf(vectorOf(vectors, 'embeddings'), targets);
    let negative = 2 * examples;
    return placed.map(({ example: { negatives = [] } }, at) => [
      row(at),
      row(examples + at),
      ...negatives.map(() => row(negative++)),
    ]);
  },
  figures(all, answers) {
    const examples = all.slice(0, mostRanked);
    const texts = examples.flatMap(({ positive, negatives = [] }) => [positive, ...negatives]);
    const names = texts.map((tokens) => tokens.join());
    const vectors = answers.slice(0, mostRanked).flatMap((own) => own.slice(1));
    let wanted = 0;
    const places: number[] = [];
    const triplets: number[] = [];
    for (const [at, [anchor = new Float32Array(), ...own]] of answers
      .slice(0, mostRanked)
      .entries()) {
      const scores = vectors.map((vector, other) =>
        // The same text in another example is as right.
        other !== wanted && names[other] === names[wanted] ? -Infinity : dot(anchor, vector),
      );
      places.push(placeOf(scores, wanted));
      const near = scores[wanted] as number;
      if ((examples[at]?.negatives ?? []).length > 0)
        triplets.push(+scores.slice(wanted + 1, wanted + own.length).every((each) => each < near));
      wanted += own.length;
    }
    return {
      mrr: meanReciprocalRank(places),
      recall_at_1: recallAt(places, 1),
      recall_at_10: recallAt(places, 10),
      triplet_accuracy: triplets.reduce((sum, each) => sum + each, 0) / triplets.length,
    };
  },
});

/** Whether cosines go with the scores of pairs, from `vectors.embeddings` as `embeddingScores` lays them out. */
export const scoredCosines: Scored<{ readonly score: number }> = collected({
  metrics: ['spearman', 'pearson'],
  nothingIsRight: true,
  read(placed, vectors, { targets, examples }) {
    const row = rowsOf(vectorOf(vectors, 'embeddings'), targets);
    return placed.map((_, at) => dot(row(at), row(examples + at)));
  },
  figures(examples, cosines: readonly number[]) {
    const gold = examples.map(({ score }) => score);
    return { spearman: spearman(gold, cosines), pearson: pearson(gold, cosines) };
  },
});

function rowsOf(data: Float32Array, count: number): (at: number) => Float32Array {
  const width = data.length / count;
  return (at) => data.slice(at * width, (at + 1) * width);
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += (a[at] as number) * (b[at] as number);
  return sum;
}
