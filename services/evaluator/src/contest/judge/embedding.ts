import { fitBm25 } from '@lathe/scoring/baseline/bm25';
import { cosine } from '@lathe/scoring/baseline/nearest';
import { meanReciprocalRank, placeOf, recallAt } from '@lathe/scoring/ranking';
import { pearson, spearman } from '@lathe/scoring/regression';
import { lengthSlice, meanOf, pick } from './row-metrics.ts';
import type { Closeness, ContestData, ContestOf, NamedMetric, TaskData } from './task-contest.ts';

type Row = TaskData['embedding']['row'];

/** Texts that lie close to one another: pairs and triplets are found among all, scored pairs are put in order. */
export function embeddingContest({ rows }: ContestData<'embedding'>): ContestOf<'embedding'> {
  const areScored = rows.every(({ score }) => score !== undefined);
  const places = (of: (places: readonly number[]) => number): NamedMetric<Closeness> => ({
    unit: 'share',
    of: (answers) => (draw) => of(pick(answers, draw).map(({ place }) => place ?? Infinity)),
  });
  const scores = rows.map(({ score = 0 }) => score);
  const related = (of: typeof pearson): NamedMetric<Closeness> => ({
    unit: 'number',
    of: (answers) => (draw) =>
      of(
        pick(scores, draw),
        pick(answers, draw).map(({ similarity }) => similarity),
      ),
  });
  const hasFurther = rows.some(({ texts }) => texts.length > 2);
  return {
    headline: areScored ? 'Spearman' : 'MRR',
    isRate: false,
    metrics: areScored
      ? { Spearman: related(spearman), Pearson: related(pearson) }
      : {
          'recall@1': places((each) => recallAt(each, 1)),
          'recall@10': places((each) => recallAt(each, 10)),
          MRR: places(meanReciprocalRank),
          ...(hasFurther
            ? {
                'triplet accuracy': {
                  unit: 'share' as const,
                  counts: rows.map(({ texts }) => texts.length > 2),
                  of: (answers: readonly Closeness[]) =>
                    meanOf(answers.map(({ isCloser }) => (isCloser === null ? null : +isCloser))),
                },
              }
            : {}),
        },
    baselines: () => [{ name: 'bm25', answers: byWords(rows) }],
    isRight: (_, { place }) => (place === null ? null : place === 1),
    slices: ({ texts }) => [lengthSlice('texts', texts[0] ?? '')],
    show: ({ texts, score }) => ({
      prompt: texts[0] ?? '',
      expected: score === undefined ? (texts[1] ?? '') : `${score}: ${texts[1]}`,
    }),
    tell: ({ place, similarity }) =>
      place === null ? similarity.toPrecision(3) : `found at place ${place}`,
  };
}

/** How near texts are by a model's vectors, one for each text of each row, by their cosine. */
export function closenessByVectors(
  rows: readonly Row[],
  vectors: readonly (readonly Float32Array[])[],
): Closeness[] {
  const all = vectors.flatMap((own) => own.slice(1));
  return closeness(rows, (row) => {
    const anchor = vectors[row]?.[0] as Float32Array;
    return all.map((vector) => cosine(anchor, vector));
  });
}

function byWords(rows: readonly Row[]): Closeness[] {
  const score = fitBm25(rows.flatMap(({ texts }) => texts.slice(1)));
  return closeness(rows, (row) => score(rows[row]?.texts[0] ?? ''));
}

/** `similarities(row)`: of the row's first text with every other text but the first of all rows, in order. */
function closeness(
  rows: readonly Row[],
  similarities: (row: number) => ArrayLike<number>,
): Closeness[] {
  const texts = rows.flatMap((row) => row.texts.slice(1));
  let first = 0;
  return rows.map(({ texts: own, score }, row) => {
    const all = similarities(row);
    const wanted = first;
    first += own.length - 1;
    const similarity = all[wanted] as number;
    if (score !== undefined) return { place: null, isCloser: null, similarity };
    // The same text in another row is as right.
    const others = Array.from(all).map((each, at) =>
      at !== wanted && texts[at] === own[1] ? Number.NEGATIVE_INFINITY : each,
    );
    const further = others.slice(wanted + 1, first);
    return {
      place: placeOf(others, wanted),
      isCloser: further.length === 0 ? null : further.every((each) => each < similarity),
      similarity,
    };
  });
}
