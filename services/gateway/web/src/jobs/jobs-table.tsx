import type { JobObject } from '@lathe/contracts/http/fine-tuning';
import { Link } from '../shell/link.tsx';
import { durationText, percentText } from '../ui/numbers.ts';
import { Progress } from '../ui/progress.tsx';
import { type Column, Table } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { useFileNames } from './file-names.ts';
import { headlineOf, isOver, nameOf, shareDone, stateOf, taskText } from './job-words.ts';
import { LossSpark } from './loss-spark.tsx';
import { StateBadge } from './state-badge.tsx';

type Props = {
  readonly name: string;
  readonly caption: string;
  readonly jobs: readonly JobObject[];
  readonly more?: { readonly hasMore: boolean; readonly loadMore: () => void };
  /** Lets jobs be ticked. */
  readonly choice?: Choice;
};

type Choice = {
  readonly chosen: readonly string[];
  readonly choose: (id: string, isChosen: boolean) => void;
  readonly most: number;
};

/** Jobs with what each is doing, why, and what came of it. */
export function JobsTable({ name, caption, jobs, more, choice }: Props) {
  useFileNames(jobs.map(({ training_file: file }) => file));
  return (
    <Table
      name={name}
      caption={caption}
      rows={jobs}
      columns={choice === undefined ? columns : [...columns, choiceColumn(choice)]}
      keyOf={({ id }) => id}
      {...(more && { more })}
    />
  );
}

const columns: readonly Column<JobObject>[] = [
  {
    head: 'Job',
    value: (job) => `${nameOf(job)} ${job.id}`,
    cell: (job) => (
      <>
        <Link to={`/jobs/${job.id}`}>{nameOf(job)}</Link>
        <div class="soft small-text">
          {job.model} · {taskText(job)}
        </div>
      </>
    ),
  },
  { head: 'State', value: (job) => stateOf(job).word, cell: (job) => <StateBadge job={job} /> },
  { head: 'Progress', value: (job) => shareDone(job) ?? null, cell: (job) => <Done job={job} /> },
  { head: 'Outcome', value: outcomeText, cell: (job) => outcomeText(job) },
  {
    head: 'Created',
    value: ({ created_at: at }) => at,
    cell: ({ created_at: at }) => <Time at={at} />,
    isNumber: true,
  },
];

function choiceColumn({ chosen, choose, most }: Choice): Column<JobObject> {
  return {
    head: 'Compare',
    cell: (job) => {
      const isChosen = chosen.includes(job.id);
      return (
        <input
          type="checkbox"
          aria-label={`Compare ${nameOf(job)}`}
          checked={isChosen}
          disabled={!isChosen && chosen.length >= most}
          onChange={({ currentTarget: { checked } }) => choose(job.id, checked)}
        />
      );
    },
  };
}

function Done({ job }: { readonly job: JobObject }) {
  const share = shareDone(job);
  const left = job.estimated_finish === null ? null : job.estimated_finish - Date.now() / 1000;
  if (isOver(job))
    return job.finished_at === null ? null : (
      <>
        <LossSpark job={job} />
        <div class="soft small-text">in {durationText(job.finished_at - job.created_at)}</div>
      </>
    );
  if (share === undefined) return <span class="soft small-text">{waitingText(job)}</span>;
  return (
    <>
      <LossSpark job={job} />
      <Progress share={share} label={`${percentText(share)} trained`} />
      <span class="soft small-text">
        {percentText(Math.round(100 * share) / 100)}
        {left !== null && left > 0 && `, ${durationText(left)} left`}
      </span>
    </>
  );
}

/** Why a job waits, and its place in line. */
function waitingText({ lathe: { queue } }: JobObject): string {
  if (queue === null) return '–';
  const { reason, position } = queue;
  return position === null ? reason : `${reason} Place in line: ${position}.`;
}

function outcomeText(job: JobObject): string {
  if (job.error !== null) return job.error.message;
  return headlineOf(job)?.verdict ?? '';
}
