import type { Estimate } from '@lathe/contracts/http/estimate';
import type { CreateJob } from '@lathe/contracts/http/fine-tuning';
import { newestFirst } from '../http/cursor.ts';
import { type JobBrief, type JobBriefs, trainsAs } from './job-briefs.ts';

/** Newest jobs whose pace is looked at. */
const pacedJobs = 20;

type Kind = Pick<JobBrief, 'model' | 'method' | 'adaptation'>;

/**
 * Seconds from the first step to the verdict of a job that trains so many tokens, as fast as the fastest and as the slowest of the
 * project's newest jobs with the same model, method and adaptation; null where none has succeeded.
 */
export async function secondsFor(
  briefs: JobBriefs,
  { project, body, tokens }: { project: string; body: CreateJob; tokens: number },
): Promise<Estimate['seconds']> {
  const paces = pacesOf(await briefs.list(project), {
    model: body.model,
    method: body.method?.type ?? 'supervised',
    adaptation: body.lathe?.adaptation?.type,
  });
  if (paces.length === 0) return null;
  return {
    least: Math.floor(tokens * Math.min(...paces)),
    most: Math.ceil(tokens * Math.max(...paces)),
    jobs: paces.length,
  };
}

/**
 * Bytes of memory that a training takes at its peak, as a worker told of the project's newest job with the same model, method and
 * options; null where none has been told.
 */
export async function memoryFor(
  briefs: JobBriefs,
  { project, body }: { project: string; body: CreateJob },
): Promise<number | null> {
  const options = body.lathe ?? {};
  const trains = trainsAs(options);
  const method = body.method?.type ?? 'supervised';
  const [told] = (await briefs.list(project))
    .filter((job) => job.model === body.model && job.method === method && job.trains === trains)
    .filter(({ memoryBytes }) => memoryBytes !== null)
    .toSorted(newestFirst);
  return told?.memoryBytes ?? null;
}

/** Seconds a token, from the first step to the verdict, of the newest jobs of the kind that succeeded. */
export function pacesOf(jobs: readonly JobBrief[], kind: Kind): number[] {
  return jobs
    .filter((job) => job.state === 'succeeded' && kindOf(job) === kindOf(kind))
    .toSorted(newestFirst)
    .flatMap(({ startedAt, finishedAt, trainedTokens }) =>
      startedAt === null || finishedAt === null || !trainedTokens
        ? []
        : [(finishedAt - startedAt) / trainedTokens],
    )
    .slice(0, pacedJobs);
}

/** Jobs of one kind train alike. */
export function kindOf({ model, method, adaptation }: Kind): string {
  return JSON.stringify([model, method, adaptation ?? null]);
}
