import type { RunObject } from '@lathe/contracts/http/eval-run';
import type { ModelObject } from '@lathe/contracts/http/model';

/** Whether a model writes answers, which runs ask for and graders grade. */
export function isWriter({ lathe: { task } }: ModelObject): boolean {
  return ['generation', 'preference'].includes(task?.type ?? '');
}

/** What a run asks, in words: a model, or nothing where rows bring answers along. */
export function askedText({ model, name }: RunObject): string {
  if (model === '') return name || 'answers of the rows';
  return name === '' || name === model ? model : `${model}, ${name}`;
}

/** How a state of a run is coloured. */
export function toneOf({ status }: RunObject): string {
  return { queued: '', in_progress: 'run', completed: 'good', canceled: '', failed: 'bad' }[status];
}

/** The share of the rows that passed one criterion; null where none was judged. */
export function passShare(run: RunObject, criterion: string): number | null {
  const found = run.per_testing_criteria_results.find(
    (each) => each.testing_criteria === criterion,
  );
  const judged = found === undefined ? 0 : found.passed + found.failed;
  return found === undefined || judged === 0 ? null : found.passed / judged;
}

/** The share of the rows that passed all criteria; null before any was answered. */
export function wholeShare({
  result_counts: { passed, failed, errored },
}: RunObject): number | null {
  const rows = passed + failed + errored;
  return rows === 0 ? null : passed / rows;
}

type HistoryPoint = {
  readonly id: string;
  readonly model: string;
  /** When it was begun, in Unix seconds, and which of the runs in that order it is. */
  readonly at: number;
  readonly place: number;
  readonly share: number;
};

/** Runs of which something was judged, oldest first, and their models in the order of their newest runs. */
export function historyOf(runs: readonly RunObject[]): {
  readonly points: readonly HistoryPoint[];
  readonly models: readonly string[];
} {
  const points = runs
    .toSorted((a, b) => a.created_at - b.created_at)
    .flatMap((run) => {
      const share = wholeShare(run);
      const model = run.model || askedText(run);
      return share === null ? [] : [{ id: run.id, model, at: run.created_at, share }];
    })
    .map((point, place) => ({ ...point, place }));
  return { points, models: [...new Set(points.toReversed().map(({ model }) => model))] };
}
