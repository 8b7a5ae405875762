import type { JobObject } from '@lathe/contracts/http/fine-tuning';
import type { Page } from '@lathe/contracts/http/list';
import { ask } from '../api/client.ts';
import { type List, useList } from '../api/use-list.ts';
import { useQuery } from '../api/use-query.ts';
import { jobsRefreshMs } from '../jobs/jobs-page.tsx';
import { JobsTable } from '../jobs/jobs-table.tsx';
import { Link } from '../shell/link.tsx';
import { Answered } from '../ui/states.tsx';
import { TryExample } from './try-example.tsx';

const jobs = '/v1/fine_tuning/jobs';
/** Newest results that are shown. */
const shownResults = 8;

/** What runs, what waits, what ended with which verdict; and where to begin. */
export function HomePage() {
  const running = useList<JobObject>(`${jobs}?status=validating_files,running`, jobsRefreshMs);
  const waiting = useList<JobObject>(`${jobs}?status=queued,paused&order=asc`, jobsRefreshMs);
  const ended = useQuery(
    (signal) =>
      ask<Page<JobObject>>(`${jobs}?status=succeeded,failed,cancelled&limit=${shownResults}`, {
        signal,
      }),
    [],
    jobsRefreshMs,
  );
  const results = ended.data?.data;
  const areThere = running.items && waiting.items && results;
  const query = {
    data: areThere && { running, waiting, results },
    error: running.error ?? waiting.error ?? ended.error,
    reload: () => {
      for (const { reload } of [running, waiting, ended]) reload();
    },
  };
  return (
    <Answered query={query} what="what runs">
      {(shown) =>
        isEmpty(shown.running) && isEmpty(shown.waiting) && shown.results.length === 0 ? (
          <FirstSteps />
        ) : (
          <Overview {...shown} />
        )
      }
    </Answered>
  );
}

const isEmpty = ({ items = [] }: List<JobObject>): boolean => items.length === 0;

type Shown = {
  readonly running: List<JobObject>;
  /** What is next in line first. */
  readonly waiting: List<JobObject>;
  readonly results: readonly JobObject[];
};

function Overview({ running, waiting, results }: Shown) {
  return (
    <>
      <header class="head">
        <h1>Home</h1>
        <Link to="/jobs/new" class="button main">
          New job
        </Link>
      </header>
      <h2>Under way</h2>
      {isEmpty(running) ? (
        <p class="soft">{isEmpty(waiting) ? 'Nothing runs or waits.' : 'Nothing runs.'}</p>
      ) : (
        <JobsTable name="open" caption="Jobs under way" jobs={running.items ?? []} more={running} />
      )}
      {!isEmpty(waiting) && (
        <>
          <h2>Waiting</h2>
          <JobsTable
            name="waiting"
            caption="Jobs that wait"
            jobs={waiting.items ?? []}
            more={waiting}
          />
        </>
      )}
      {results.length > 0 && (
        <>
          <h2>Newest results</h2>
          <JobsTable name="over" caption="Newest results" jobs={results} />
          <p>
            <Link to="/jobs">All jobs</Link>
          </p>
        </>
      )}
    </>
  );
}

const steps = [
  [
    'Drop a file',
    'Rows as you have them: the page says what they are and what is wrong with them.',
  ],
  ['Start a job', 'You see before how long it takes, and what a verdict could show.'],
  [
    'Read the verdict',
    'The tuned model beside its base and cheap ways, on rows that none has seen.',
  ],
] as const;

function FirstSteps() {
  return (
    <>
      <h1>Welcome to Lathe</h1>
      <p class="lead">
        Teach a small open model your task on this machine, and see with numbers whether it helped.
      </p>
      <div class="row">
        <TryExample />
        <Link to="/data" class="button">
          Use a file of mine
        </Link>
      </div>
      <p class="soft">
        The example sorts support messages into five queues: 320 rows, about a minute on two cores.
      </p>
      <ol class="steps">
        {steps.map(([title, text]) => (
          <li key={title}>
            <b>{title}</b>
            <span>{text}</span>
          </li>
        ))}
      </ol>
    </>
  );
}
