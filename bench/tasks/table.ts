import type { EvaluationReport } from '@lathe/contracts/artifact/report';
import type { TaskCase } from './cases.ts';

/** What a case came to. */
export type TaskResult = {
  readonly model: string;
  readonly rows: readonly [train: number, test: number];
  readonly seconds: number;
  readonly report: Pick<EvaluationReport, 'headline' | 'verdict' | 'contestants'>;
};

type Contestant = TaskResult['report']['contestants'][number];

/** The table of docs/tasks.md: the headline metric of the tuned model and of every baseline, with 95 % intervals. */
export function taskTable(
  cases: readonly TaskCase[],
  results: Readonly<Record<string, TaskResult>>,
): string {
  const head =
    '| data | base model | method | rows trained, scored | metric | tuned | baselines | minutes |';
  const lines = cases.flatMap(({ name, title, method }) => {
    const result = results[name];
    if (result === undefined) return [];
    const { model, rows, seconds, report } = result;
    const value = (contestant: Contestant): string => figure(contestant, report.headline);
    const tuned = report.contestants.find((one) => one.name === 'tuned');
    const others = report.contestants.filter((one) => one.name !== 'tuned');
    const cells = [
      ...[title, model, method, `${rows[0]}, ${rows[1]}`, report.headline],
      tuned === undefined ? '' : value(tuned),
      others.map((one) => `${one.name} ${value(one)}`).join('; '),
      (seconds / 60).toFixed(1),
    ];
    return [`| ${cells.join(' | ')} |`];
  });
  return [head, '| --- | --- | --- | --- | --- | --- | --- | --- |', ...lines].join('\n');
}

function figure({ metrics, exactMatch, loss }: Contestant, headline: string): string {
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
  if (headline === 'exact match') return `${(100 * exactMatch.rate).toFixed(1)} %`;
  return loss === null ? 'none' : loss.toFixed(3);
}
