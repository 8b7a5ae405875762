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

/** A model or an adapter in an evaluator's memory. */
const loadedModelSchema = z.object({
  model: z.string(),
  base: z
    .string()
    .nullable()
    .describe('the base model that an adapter stands on; null of a whole model'),
  project: z.string().nullable().describe('null of base models'),
  bytes: z.number().describe('of its weights in memory'),
  loaded_at: z.number().int().describe('Unix seconds'),
});

/** The `lathe.evaluator` object: a process that answers and evaluates, as a project sees it. */
const evaluatorObjectSchema = z.object({
  id: z.string(),
  object: z.literal('lathe.evaluator'),
  memory_bytes: z.number().describe('what its models may take together; those in use stay'),
  models: z
    .array(loadedModelSchema)
    .describe('base models and those of the asking project; an operator sees every one'),
  other_models: z.number().int().describe('how many of other projects it has in memory'),
  last_seen: z.number().int().describe('Unix seconds'),
});
export type EvaluatorObject = z.infer<typeof evaluatorObjectSchema>;

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
  evaluators: z
    .array(evaluatorObjectSchema)
    .describe('the evaluators that are there, each with the models that it has in memory'),
  queue: z
    .array(projectQueueSchema)
    .describe('the asking project first, then others that have jobs, in the order of their turns'),
});
export type Pool = z.infer<typeof poolSchema>;
