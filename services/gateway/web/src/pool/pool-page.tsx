import type { JobObject } from '@lathe/contracts/http/fine-tuning';
import type { ProjectQueue } from '@lathe/contracts/http/worker';
import { type List, useList } from '../api/use-list.ts';
import { useFileNames } from '../jobs/file-names.ts';
import { nameOf } from '../jobs/job-words.ts';
import { jobsRefreshMs } from '../jobs/jobs-page.tsx';
import { Link } from '../shell/link.tsx';
import { Answered, Empty } from '../ui/states.tsx';
import { Table } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { Evaluator } from './evaluator.tsx';
import { usePool } from './loaded-models.ts';
import { Worker } from './worker.tsx';

/** Jobs that may wait, those that have waited longest first. */
const waitingJobs = '/v1/fine_tuning/jobs?status=validating_files,queued,paused&order=asc';

/** The workers that train, what each does, what waits for one, and which models evaluators have in memory. */
export function PoolPage() {
  const pool = usePool();
  const waiting = useList<JobObject>(waitingJobs, jobsRefreshMs);
  return (
    <>
      <h1>Pool</h1>
      <Answered query={pool} what="the workers">
        {({ data }) =>
          data.length === 0 ? (
            <Empty title="No worker is there: jobs wait.">
              <p>
                <code>npm start</code> runs one; on other machines and devices they are started as{' '}
                <code>docs/workers.md</code> says.
              </p>
            </Empty>
          ) : (
            <div class="workers">
              {data.map((worker) => (
                <Worker key={worker.id} worker={worker} />
              ))}
            </div>
          )
        }
      </Answered>
      <h2>Queue</h2>
      {pool.data !== undefined && <Projects queues={pool.data.queue} />}
      <Answered query={{ ...waiting, data: waiting.items }} what="the queue">
        {(jobs) => <Queue jobs={jobs.filter(({ lathe }) => lathe.queue !== null)} more={waiting} />}
      </Answered>
      <h2>Models in memory</h2>
      {pool.data?.evaluators.map((evaluator) => (
        <Evaluator key={evaluator.id} evaluator={evaluator} />
      ))}
      {pool.data?.evaluators.length === 0 && (
        <p class="soft">No evaluator is there: nothing is answered.</p>
      )}
    </>
  );
}

/** The project of the key by its name, and of the others only how much they have. */
function Projects({ queues }: { readonly queues: readonly ProjectQueue[] }) {
  const rows = queues.map((queue, at) => ({
    ...queue,
    key: String(at),
    name: queue.project ?? 'another project',
  }));
  return (
    <Table<(typeof rows)[number]>
      name="projects"
      caption="Jobs by project"
      rows={rows}
      keyOf={({ key }) => key}
      columns={[
        { head: 'Project', value: ({ name }) => name, cell: ({ name }) => name },
        {
          head: 'On workers',
          value: ({ running }) => running,
          cell: ({ running }) => running,
          isNumber: true,
        },
        {
          head: 'Waiting',
          value: ({ waiting }) => waiting,
          cell: ({ waiting }) => waiting,
          isNumber: true,
        },
        {
          head: 'Place of its next',
          value: ({ position }) => position,
          cell: ({ position }) => position ?? '–',
          isNumber: true,
        },
      ]}
    />
  );
}

type QueueProps = {
  readonly jobs: readonly JobObject[];
  readonly more: Pick<List<JobObject>, 'hasMore' | 'loadMore'>;
};

function Queue({ jobs, more }: QueueProps) {
  useFileNames(jobs.map(({ training_file: file }) => file));
  return (
    <Table<JobObject>
      name="queue"
      caption="Jobs that wait"
      rows={jobs}
      keyOf={({ id }) => id}
      more={more}
      empty={<p class="soft">Nothing of this project waits.</p>}
      columns={[
        {
          head: 'Job',
          value: (job) => `${nameOf(job)} ${job.id}`,
          cell: (job) => <Link to={`/jobs/${job.id}`}>{nameOf(job)}</Link>,
        },
        {
          head: 'Place',
          value: ({ lathe }) => lathe.queue?.position ?? null,
          cell: ({ lathe }) => lathe.queue?.position ?? '–',
          isNumber: true,
        },
        {
          head: 'Why it waits',
          value: ({ lathe }) => lathe.queue?.reason ?? '',
          cell: ({ lathe }) => lathe.queue?.reason,
        },
        {
          head: 'Likely start',
          value: ({ lathe }) => lathe.queue?.estimated_start ?? null,
          cell: ({ lathe: { queue } }) =>
            queue?.estimated_start == null ? '–' : <Time at={queue.estimated_start} />,
          isNumber: true,
        },
      ]}
    />
  );
}
