import type { EvaluationReport } from '@lathe/contracts/artifact/report';
import type { TaskContest } from './task-contest.ts';

/** Of fewer rows a slice says nothing, and nobody reads more slices. */
const [leastRows, most] = [5, 5];

/** Rows of each kind by their numbers; not of kinds that have too few of them, or all. */
export function kindsOfRows<Row>(
  { slices }: Pick<TaskContest<Row, never>, 'slices'>,
  rows: readonly Row[],
): Map<string, number[]> {
  const kinds = new Map<string, number[]>();
  for (const [at, row] of rows.entries())
    for (const slice of slices(row)) {
      const known = kinds.get(slice) ?? [];
      kinds.set(slice, known);
      known.push(at);
    }
  return new Map(
    [...kinds].filter(([, own]) => own.length >= leastRows && own.length < rows.length),
  );
}

/** Kinds of rows on which answers are worst by the headline metric; none where all rows are of one kind. */
export function worstSlices<Row, Answer>(
  contest: TaskContest<Row, Answer>,
  rows: readonly Row[],
  answers: readonly Answer[],
): EvaluationReport['slices'] {
  const metric = contest.metrics[contest.headline];
  if (metric === undefined) return [];
  const of = metric.of(answers);
  const sign = metric.lowerIsBetter ? -1 : 1;
  return [...kindsOfRows(contest, rows)]
    .map(([slice, own]) => ({ slice, rows: own.length, value: of(own) }))
    .sort((a, b) => sign * (a.value - b.value) || b.rows - a.rows)
    .slice(0, most);
}
