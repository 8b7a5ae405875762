import type { JobObject } from '@lathe/contracts/http/fine-tuning';
import { useList } from '../api/use-list.ts';
import { isOver } from '../jobs/job-words.ts';
import { jobsRefreshMs } from '../jobs/jobs-page.tsx';
import { JobsTable } from '../jobs/jobs-table.tsx';
import { Link } from '../shell/link.tsx';
import { Answered } from '../ui/states.tsx';
import { TryExample } from './try-example.tsx';

/** What runs, what waits, what ended with which verdict; and where to begin. */
export function HomePage() {
  const { items, error, reload } = useList<JobObject>('/v1/fine_tuning/jobs', jobsRefreshMs);
  return (
    <Answered query={{ data: items, error, reload }} what="what runs">
      {(jobs) => (jobs.length === 0 ? <FirstSteps /> : <Overview jobs={jobs} />)}
    </Answered>
  );
}

function Overview({ jobs }: { readonly jobs: readonly JobObject[] }) {
  const open = jobs.filter((job) => !isOver(job));
  const over = jobs.filter(isOver).slice(0, 8);
  return (
    <>
      <header class="head">
        <h1>Home</h1>
        <Link to="/jobs/new" class="button main">
          New job
        </Link>
      </header>
      <h2>Under way</h2>
      {open.length === 0 ? (
        <p class="soft">Nothing runs or waits.</p>
      ) : (
        <JobsTable name="open" caption="Jobs under way" jobs={open} />
      )}
      {over.length > 0 && (
        <>
          <h2>Newest results</h2>
          <JobsTable name="over" caption="Newest results" jobs={over} />
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
