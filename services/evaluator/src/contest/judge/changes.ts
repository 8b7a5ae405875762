import type { Change } from '@lathe/contracts/artifact/report';
import type { Metric, PairedDifference } from '@lathe/scoring/bootstrap';
import { measureDifference, verdictFor } from '@lathe/scoring/compare';
import { holm } from '@lathe/scoring/holm';
import { kindsOfRows } from './slices.ts';
import type { NamedMetric, TaskContest } from './task-contest.ts';
import { differenceWithinReach, unitsOf } from './within-reach.ts';

type Measured = Omit<Change, 'verdict'> & {
  readonly lowerIsBetter: true | undefined;
  readonly decisive: PairedDifference['decisive'];
};

/** Both models' answers, the rules over the rows and over the rows twice, and how draws are made. */
export type ChangedAnswers<Row, Answer> = {
  readonly contest: TaskContest<Row, Answer>;
  readonly twice: TaskContest<Row, Answer>;
  readonly rows: readonly Row[];
  readonly tuned: readonly Answer[];
  readonly base: readonly Answer[];
  readonly options: { readonly seed: number; readonly draws: number };
  readonly clusters: readonly number[] | undefined;
};

/**
 * What tuning changed: every metric on all rows, and the headline metric on every kind of rows with enough of them. Many are looked at
 * together, so their p-values are adjusted (Holm 1979) before any of them is called better or worse, which its interval must say too.
 */
export function changesOf<Row, Answer>(answered: ChangedAnswers<Row, Answer>): Change[] {
  const { contest, rows } = answered;
  const all = rows.map((_, at) => at);
  const { headline, metrics } = contest;
  const kinds = metrics[headline] === undefined ? [] : kindsOfRows(contest, rows);
  const measured = [
    ...Object.keys(metrics).map((name) =>
      measure({ of: 'metric', name, own: all, metric: name }, answered),
    ),
    ...[...kinds].map(([name, own]) =>
      measure({ of: 'slice', name, own, metric: headline }, answered),
    ),
  ].filter(({ difference }) => Number.isFinite(difference));
  const adjusted = holm(measured.map(({ pValue }) => pValue));
  return measured.map(({ lowerIsBetter, decisive: interval, ...change }, at) => {
    const pValue = adjusted[at] as number;
    const { difference } = change;
    return {
      ...change,
      pValue,
      verdict: verdictFor({ difference, pValue, interval, lowerIsBetter }),
    };
  });
}

function measure<Row, Answer>(
  {
    own,
    metric,
    ...what
  }: Pick<Change, 'of' | 'name'> & { readonly own: readonly number[]; readonly metric: string },
  { contest, twice, rows, tuned, base, options, clusters }: ChangedAnswers<Row, Answer>,
): Measured {
  const named = contest.metrics[metric] as NamedMetric<Answer>;
  const { of, unit, lowerIsBetter } = named;
  const { of: ofBoth } = twice.metrics[metric] as NamedMetric<Answer>;
  /** Numbers among these rows as numbers among all; those of the second time follow all of the first. */
  const among =
    (whole: Metric): Metric =>
    (draw) =>
      whole(
        Array.from(draw, (at) =>
          at < own.length ? (own[at] as number) : rows.length + (own[at - own.length] as number),
        ),
      );
  const { standardError: _, ...found } = measureDifference(
    {
      ...{ rows: own.length, lowerIsBetter, both: among(ofBoth([...tuned, ...base])) },
      metrics: [among(of(tuned)), among(of(base))],
    },
    { ...options, clusters: clusters && own.map((at) => clusters[at] as number) },
  );
  const shown =
    unit === 'share' ? differenceWithinReach(found, unitsOf(own, named, clusters)) : found;
  return { ...what, rows: own.length, ...shown, lowerIsBetter };
}
