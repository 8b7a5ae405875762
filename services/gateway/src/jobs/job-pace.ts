import type { Estimate } from '@lathe/contracts/http/estimate';
import type { CreateJob } from '@lathe/contracts/http/fine-tuning';
import type { JobRecord } from '@lathe/contracts/job/record';
import type { Records } from '@lathe/platform/records';
import { newestFirst } from '../http/cursor.ts';

/** Newest jobs whose pace is looked at. */
const pacedJobs = 20;

/**
 * Seconds from the first step to the verdict of a job that trains so many tokens, as fast as the fastest and as the slowest of the
 * project's newest jobs with the same model, method and adaptation; null where none has succeeded.
 */
export async function secondsFor(
  { jobs }: Pick<Records, 'jobs'>,
  { project, body, tokens }: { project: string; body: CreateJob; tokens: number },
): Promise<Estimate['seconds']> {
  const adaptation = body.lathe?.adaptation?.type;
  const method = body.method?.type ?? 'supervised';
  const isAlike = (job: JobRecord): boolean =>
    job.model === body.model &&
    (job.method ?? 'supervised') === method &&
    job.options.adaptation?.type === adaptation;
  const paces = (await jobs.list(project))
    .map(({ value }) => value)
    .filter((job) => job.state === 'succeeded' && isAlike(job))
    .toSorted(newestFirst)
    .flatMap(({ startedAt, finishedAt, trainedTokens }) =>
      startedAt === null || finishedAt === null || !trainedTokens
        ? []
        : [(finishedAt - startedAt) / trainedTokens],
    )
    .slice(0, pacedJobs);
  if (paces.length === 0) return null;
  return {
    least: Math.floor(tokens * Math.min(...paces)),
    most: Math.ceil(tokens * Math.max(...paces)),
    jobs: paces.length,
  };
}
