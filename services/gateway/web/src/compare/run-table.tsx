import type { JobObject } from '@lathe/contracts/http/fine-tuning';
import type { LiveRun } from '../job/live-run.ts';
import { useFileNames } from '../jobs/file-names.ts';
import { headlineOf, isOver, nameOf, stateOf } from '../jobs/job-words.ts';
import { StateBadge } from '../jobs/state-badge.tsx';
import { Link } from '../shell/link.tsx';
import { figure } from '../ui/numbers.ts';
import { type Column, Table } from '../ui/table.tsx';
import { markOf } from './run-marks.ts';

type Props = {
  readonly jobs: readonly JobObject[];
  readonly runs: readonly LiveRun[];
  readonly onRemove: (id: string) => void;
};

type Run = { readonly job: JobObject; readonly at: number; readonly best: number | null };

/** The runs that are compared, each with its mark in the plot, and what came of it. */
export function RunTable({ jobs, runs, onRemove }: Props) {
  useFileNames(jobs.map(({ training_file: file }) => file));
  return (
    <>
      <Table<Run>
        name="runs"
        caption="The runs"
        rows={jobs.map((job, at) => ({ job, at, best: bestHeldOut(runs[at]) }))}
        keyOf={({ job }) => job.id}
        columns={[...columns, removeColumn(onRemove)]}
      />
      {jobs.some((job) => !isOver(job)) && (
        <p class="soft small-text">Runs that are not over are drawn as they go on.</p>
      )}
    </>
  );
}

const columns: readonly Column<Run>[] = [
  {
    head: 'Run',
    value: ({ job, at }) => `${markOf(at).letter} ${nameOf(job)}`,
    cell: ({ job, at }) => (
      <>
        <span class={`key first ${markOf(at).colour}`}>{markOf(at).letter}</span>{' '}
        <Link to={`/jobs/${job.id}`}>{nameOf(job)}</Link>
      </>
    ),
    isRowHead: true,
  },
  {
    head: 'State',
    value: ({ job }) => stateOf(job).word,
    cell: ({ job }) => <StateBadge job={job} />,
  },
  {
    head: 'Outcome',
    value: ({ job }) => outcomeText(job),
    cell: ({ job }) => outcomeText(job),
  },
  {
    head: 'Steps',
    value: ({ job }) => job.lathe.step,
    cell: ({ job: { lathe } }) =>
      lathe.step === null ? '–' : `${lathe.step} of ${lathe.total_steps ?? '?'}`,
    isNumber: true,
  },
  {
    head: 'Best held-out loss',
    value: ({ best }) => best,
    cell: ({ best }) => (best === null ? '–' : figure(best)),
    isNumber: true,
  },
];

function removeColumn(onRemove: Props['onRemove']): Column<Run> {
  return {
    head: 'Take away',
    cell: ({ job }) => (
      <button
        type="button"
        class="small"
        aria-label={`Take ${nameOf(job)} away`}
        onClick={() => onRemove(job.id)}
      >
        ✕
      </button>
    ),
  };
}

function outcomeText(job: JobObject): string {
  return job.error?.message ?? headlineOf(job)?.verdict ?? '–';
}

function bestHeldOut(run: LiveRun | undefined): number | null {
  const losses = run?.scores.values.get('valid_loss')?.filter((value) => value !== null) ?? [];
  return losses.length === 0 ? null : Math.min(...losses);
}
