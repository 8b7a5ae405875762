import { z } from 'zod';

/** Names of what can happen to a job. */
const eventNames = [
  'created',
  'validating',
  'progress',
  'finding',
  'validated',
  'queued',
  'started',
  'metrics',
  'evaluation_metrics',
  'samples',
  'slow_rows',
  'checkpoint',
  'log',
  'resumed',
  'worker_lost',
  'paused',
  'evaluating',
  'evaluated',
  'model_created',
  'succeeded',
  'failed',
  'cancelled',
] as const;

/** One event of a job, on the event stream. Its public id is its stream sequence. */
export const jobEventSchema = z.object({
  version: z.literal(1),
  project: z.string(),
  jobId: z.string(),
  name: z.enum(eventNames),
  /** Unix seconds. */
  createdAt: z.number().int(),
  level: z.enum(['info', 'warn', 'error']),
  message: z.string(),
  type: z.enum(['message', 'metrics']),
  data: z.record(z.string(), z.unknown()),
});
export type JobEvent = z.infer<typeof jobEventSchema>;

/** What is told of a job; by default a failure is an error and all else information. */
export type JobNews = Pick<JobEvent, 'name' | 'message'> &
  Partial<Pick<JobEvent, 'level' | 'type' | 'data'>>;

/** The news of a job as they travel. */
export function jobEvent(
  job: { readonly project: string; readonly id: string },
  {
    name,
    message,
    level = name === 'failed' ? 'error' : 'info',
    type = 'message',
    data = {},
  }: JobNews,
  nowMs: number,
): JobEvent {
  const { project, id: jobId } = job;
  const createdAt = Math.floor(nowMs / 1000);
  return { version: 1, project, jobId, name, createdAt, level, message, type, data };
}
