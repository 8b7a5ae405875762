import type { EvaluationReport } from '@lathe/contracts/artifact/report';
import type { TaskCase } from './cases.ts';

/** A contestant, and its figures. */
export type Contestant = Pick<EvaluationReport['contestants'][number], 'metrics'> & {
  readonly name: string;
  readonly exactMatch?: { readonly rate: number };
  readonly loss?: number | null;
};

/** Contestants on the same rows, by one metric. */
export type Contest = { readonly headline: string; readonly contestants: readonly Contestant[] };

/** Of a second set of rows, which the job did not know. */
export type Scores = Contest & { readonly title: string; readonly rows: number };

/** What a case came to. */
export type TaskResult = {
  readonly model: string;
  /** Of the case when it ran. */
  readonly method: string;
  readonly rows: readonly [train: number, test: number];
  readonly seconds: number;
  readonly report: Contest & { readonly verdict: string };
  readonly more?: readonly Scores[];
};

/** The key of a result: models that are built in have figures beside those of the real ones. */
export function resultKey(name: string, isTiny: boolean): string {
  return isTiny ? `${name}, built-in` : name;
}

/** The table of docs/tasks.md: the headline metric of the tuned model and of every baseline, with 95 % intervals. */
export function taskTable(
  cases: readonly TaskCase[],
  results: Readonly<Record<string, TaskResult>>,
): string {
  const head =
    '| data | base model | method | rows trained, scored | metric | tuned | baselines | minutes |';
  const lines = cases.flatMap(({ name, title }) =>
    [false, true].flatMap((isTiny) => {
      const result = results[resultKey(name, isTiny)];
      if (result === undefined) return [];
      const { model, method, rows, seconds, report, more = [] } = result;
      const first = `${model} | ${method} | ${rows[0]}`;
      return [
        line(title, `${first}, ${rows[1]}`, report, (seconds / 60).toFixed(1)),
        ...more.map((one) => line(one.title, `${first}, ${one.rows}`, one, 'the same job')),
      ];
    }),
  );
  return [head, '| --- | --- | --- | --- | --- | --- | --- | --- |', ...lines].join('\n');
}

function line(title: string, how: string, { headline, contestants }: Contest, minutes: string) {
  const tuned = contestants.find((one) => one.name === 'tuned');
  const others = contestants.filter((one) => one.name !== 'tuned');
  const cells = [
    ...[title, how, headline, tuned === undefined ? '' : figure(tuned, headline)],
    others.map((one) => `${one.name} ${figure(one, headline)}`).join('; '),
    minutes,
  ];
  return `| ${cells.join(' | ')} |`;
}

/** A contestant's headline metric with its 95 % interval. */
export function figure({ metrics, exactMatch, loss }: Contestant, headline: string): string {
  const metric = metrics[headline];
  if (metric !== undefined) {
    const one = (value: number): string =>
      metric.unit === 'share' ? (100 * value).toFixed(1) : value.toFixed(3);
    const ends =
      metric.low === undefined || metric.high === undefined
        ? ''
        : ` (${one(metric.low)} to ${one(metric.high)})`;
    return `${one(metric.value)}${metric.unit === 'share' ? ' %' : ''}${ends}`;
  }
  if (headline === 'exact match' && exactMatch !== undefined)
    return `${(100 * exactMatch.rate).toFixed(1)} %`;
  return loss?.toFixed(3) ?? 'none';
}
