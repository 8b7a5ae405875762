import type { JobObject } from '@lathe/contracts/http/fine-tuning';
import { useEffect } from 'preact/hooks';
import { ask } from '../api/client.ts';
import { useQuery } from '../api/use-query.ts';
import { useFileNames } from '../jobs/file-names.ts';
import { headlineOf, isOver, nameOf, shareDone, taskText } from '../jobs/job-words.ts';
import { StateBadge } from '../jobs/state-badge.tsx';
import { durationText, figure, grouped } from '../ui/numbers.ts';
import { Progress } from '../ui/progress.tsx';
import { Answered, Problem } from '../ui/states.tsx';
import { useNow } from '../ui/time.tsx';
import { Checkpoints } from './checkpoints.tsx';
import { Curves } from './curves.tsx';
import { EventLog } from './event-log.tsx';
import { JobActions } from './job-actions.tsx';
import { JobFacts } from './job-facts.tsx';
import { Rollouts } from './rollouts.tsx';
import { SampleAnswers } from './samples.tsx';
import { SuspectRows } from './suspect-rows.tsx';
import { useRun, type Watched } from './use-run.ts';

const refreshMs = 2000;

/** A job while it runs and after: where it is, its curves, answers, checkpoints and events. */
export function JobPage({ job: id }: { readonly job: string }) {
  const path = `/v1/fine_tuning/jobs/${encodeURIComponent(id)}`;
  const watched = useRun(id);
  const query = useQuery(
    (signal) => ask<JobObject>(path, { signal }),
    [path],
    watched.isEnded ? 0 : refreshMs,
  );
  useEffect(() => {
    if (watched.isEnded) query.reload();
  }, [watched.isEnded]);
  return (
    <Answered query={query} what="the job">
      {(job) => <Shown job={job} watched={watched} onChange={query.reload} />}
    </Answered>
  );
}

type Props = {
  readonly job: JobObject;
  readonly watched: Watched;
  readonly onChange: () => void;
};

function Shown({ job, watched, onChange }: Props) {
  const { run, version, problem, isEnded } = watched;
  useFileNames([job.training_file]);
  const verdict = headlineOf(job)?.verdict;
  return (
    <>
      <header class="head">
        <div>
          <h1>
            {nameOf(job)} <StateBadge job={job} />
          </h1>
          <p class="soft">
            {job.model} · {taskText(job)}
          </p>
        </div>
        <JobActions job={job} onChange={onChange} />
      </header>
      {job.error !== null && (
        <Problem
          text={`${job.error.message}${job.error.param === null ? '' : ` (${job.error.param})`}`}
        />
      )}
      {verdict !== undefined && verdict !== '' && <p class="verdict">{verdict}</p>}
      {!isOver(job) && <Standing job={job} watched={watched} />}
      {problem !== null && !isEnded && (
        <p class="warn" role="status">
          {problem}
        </p>
      )}
      <h2>Curves</h2>
      <Curves jobId={job.id} run={run} version={version} />
      <SuspectRows job={job} run={run} />
      {run.samples.length > 0 && (
        <>
          <h2>Answers on the way</h2>
          <SampleAnswers run={run} />
        </>
      )}
      <Rollouts run={run} />
      <h2>Checkpoints</h2>
      <Checkpoints jobId={job.id} isLive={!isOver(job)} />
      <h2>Events</h2>
      <EventLog run={run} />
      <h2>Settings</h2>
      <JobFacts job={job} />
    </>
  );
}

/** Where a job is that is not over: step, time left and pace. */
function Standing({ job, watched: { run } }: Pick<Props, 'job' | 'watched'>) {
  const now = useNow(1000);
  const { step, total_steps: total, queue, stopping } = job.lathe;
  const left = job.estimated_finish === null ? null : job.estimated_finish - now / 1000;
  const pace = run.training.values.get('tokens_per_second')?.at(-1);
  const loss = run.training.values.get('train_loss')?.at(-1);
  return (
    <section aria-label="Progress">
      {queue !== null && <p>{waitingText(queue, now / 1000)}</p>}
      {stopping !== null && (
        <p role="status">
          {stopping === 'pause' ? 'It pauses' : 'It ends'} after the step that it is in.
        </p>
      )}
      <Progress share={shareDone(job)} label="Share of the training that is done" />
      <ul class="tiles">
        <li>
          <b>{step === null || total === null ? '–' : `${grouped(step)} / ${grouped(total)}`}</b>
          step
        </li>
        <li>
          <b>{left === null || left <= 0 ? '–' : durationText(left)}</b>left
        </li>
        <li>
          <b>{figure(loss)}</b>training loss
        </li>
        <li>
          <b>{pace === undefined || pace === null ? '–' : grouped(pace)}</b>tokens a second
        </li>
      </ul>
    </section>
  );
}

/** In how many seconds a job is likely to begin, in words. */
function beginText(seconds: number): string {
  return seconds < 1 ? 'begins soon' : `begins in about ${durationText(seconds)}`;
}

/** Why a job waits, where it stands in line and when it is likely to begin. */
function waitingText(
  { reason, position, estimated_start: start }: NonNullable<JobObject['lathe']['queue']>,
  now: number,
): string {
  return [
    reason,
    ...(position === null ? [] : [`place ${grouped(position)} in line`]),
    ...(start === null ? [] : [beginText(start - now)]),
  ].join(' · ');
}
