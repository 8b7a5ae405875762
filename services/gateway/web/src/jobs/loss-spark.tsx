import type { CheckpointObject, JobObject } from '@lathe/contracts/http/fine-tuning';
import type { Page } from '@lathe/contracts/http/list';
import { ask } from '../api/client.ts';
import { useQuery } from '../api/use-query.ts';
import { figure } from '../ui/numbers.ts';

const width = 96;
const height = 20;

/** The losses of a job's checkpoints as a small curve: of held-out rows where it has such; nothing before its second one. */
export function LossSpark({ job }: { readonly job: JobObject }) {
  const path = `/v1/fine_tuning/jobs/${job.id}/checkpoints?limit=100`;
  const { data } = useQuery(
    (signal) => ask<Page<CheckpointObject>>(path, { signal }),
    [path, job.status],
  );
  const losses = lossesOf(data?.data ?? []);
  const [first, last] = [losses[0], losses.at(-1)];
  if (losses.length < 2 || first === undefined || last === undefined) return null;
  return (
    <svg
      class="spark"
      {...{ width, height }}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={`Loss from ${figure(first)} to ${figure(last)}`}
    >
      <polyline points={pointsOf(losses)} />
    </svg>
  );
}

/** Oldest first. The API gives the newest first. */
function lossesOf(checkpoints: readonly CheckpointObject[]): number[] {
  return checkpoints
    .toSorted((a, b) => a.step_number - b.step_number)
    .flatMap(({ metrics }) => metrics.full_valid_loss ?? metrics.train_loss ?? []);
}

/** The points of a line through all values, the highest at the top, with room for the pen. */
function pointsOf(values: readonly number[]): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const span = high - low || 1;
  return values
    .map((value, at) => {
      const x = 1 + (at * (width - 2)) / (values.length - 1);
      const y = 2 + ((high - value) * (height - 4)) / span;
      return `${x.toFixed(1)},${y.toFixed(1)}`;
    })
    .join(' ');
}
