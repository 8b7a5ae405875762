import { z } from 'zod';
import { deviceKindSchema } from '../record/worker.ts';

/** The `lathe.worker` object: a training worker as a project sees it. */
export const workerObjectSchema = z.object({
  id: z.string(),
  object: z.literal('lathe.worker'),
  devices: z.array(
    z.object({
      kind: deviceKindSchema,
      name: z.string(),
      memory_bytes: z.number().nullable().describe('null where the device does not tell it'),
    }),
  ),
  /** Memory that it offers to all of its runs together. */
  memory_bytes: z.number(),
  slots: z.number().int(),
  free_slots: z.number().int(),
  /** It saves its runs and ends: it takes no more. */
  draining: z.boolean(),
  versions: z.record(z.string(), z.string()),
  /** Names of the base models that it can train. */
  models: z.array(z.string()),
  /** Unix seconds. */
  last_seen: z.number().int(),
  /** Jobs of the asking project that it trains now. */
  jobs: z.array(z.string()),
  /** How many jobs of other projects it trains. */
  other_jobs: z.number().int(),
});
export type WorkerObject = z.infer<typeof workerObjectSchema>;

/** What a project has in the pool, and how soon it is its turn. */
const projectQueueSchema = z.object({
  project: z.string().nullable().describe('null for every project but the asking one'),
  running: z.number().int().describe('jobs on workers'),
  waiting: z.number().int().describe('jobs that wait for a worker'),
  position: z
    .number()
    .int()
    .nullable()
    .describe('of its job that is next, among all that wait; null where none waits'),
});
export type ProjectQueue = z.infer<typeof projectQueueSchema>;

/** The answer to GET /v1/lathe/workers. */
export const poolSchema = z.object({
  object: z.literal('list'),
  data: z.array(workerObjectSchema),
  queue: z
    .array(projectQueueSchema)
    .describe('the asking project first, then others that have jobs, in the order of their turns'),
});
export type Pool = z.infer<typeof poolSchema>;
