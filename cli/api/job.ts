import { type JobObject, jobObjectSchema } from '@lathe/contracts/http/fine-tuning';
import { CommandError } from '../command/failure.ts';
import { type Api, take } from './api.ts';

export const jobsPath = '/fine_tuning/jobs';

/** A job by its id, or the project's newest one. Throws CommandError where there is none at all. */
export async function findJob(api: Api, id: string | undefined): Promise<JobObject> {
  if (id !== undefined) return api.get(`${jobsPath}/${encodeURIComponent(id)}`, jobObjectSchema);
  const [newest] = await take(api.list(jobsPath, jobObjectSchema, { limit: 1 }), 1);
  if (newest !== undefined) return newest;
  throw new CommandError('failed', 'There is no job yet: lathe tune <file> creates one.');
}
