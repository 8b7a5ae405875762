import { recipeVersion } from '@lathe/recipe/wire';
import { z } from 'zod';

export const deviceKindSchema = z.enum(['cpu', 'webgpu', 'cuda']);
export type DeviceKind = z.infer<typeof deviceKindSchema>;

/** A base model in a worker's folders; earlier versions told its sizes, too. */
const offeredModelSchema = z.looseObject({ name: z.string() });

/** A run at work on a worker. */
const workerRunSchema = z.object({
  project: z.string(),
  jobId: z.string(),
  epoch: z.number().int(),
  /** Memory that is set aside for it, in bytes. */
  memoryBytes: z.number(),
});
export type WorkerRun = z.infer<typeof workerRunSchema>;

/**
 * What a worker announces in the workers bucket; `expiresAt` (ms) counts even where the bucket has no
 * time to live. What the first version did not say has a default: such a worker gets no new jobs.
 */
export const workerRecordSchema = z.object({
  version: z.literal(1),
  id: z.string(),
  /** Where the controller dials it, `host:port`. */
  address: z.string(),
  devices: z.array(
    z.object({
      kind: deviceKindSchema,
      name: z.string(),
      /** Null: not known. */
      memoryBytes: z.number().nullable(),
    }),
  ),
  /** Memory that it offers to all of its runs together, in bytes. */
  memoryBytes: z.number().default(0),
  models: z.array(offeredModelSchema).default([]),
  slots: z.number().int(),
  freeSlots: z.number().int(),
  /** It saves its runs and ends: it takes no more. */
  draining: z.boolean().default(false),
  runs: z.array(workerRunSchema).default([]),
  versions: z.record(z.string(), z.string()),
  announcedAt: z.number(),
  expiresAt: z.number(),
  /** Shows that it knows the secret that controller and workers share, where there is one. */
  proof: z.string().nullable().default(null),
});
export type WorkerRecord = z.infer<typeof workerRecordSchema>;

/** The version of what runs are started with, as a worker announces it. */
export const startsVersion = String(recipeVersion);

/** Whether the worker reads what to train with as it is written now. */
export function readsStarts({ versions }: Pick<WorkerRecord, 'versions'>): boolean {
  return versions.recipe === startsVersion;
}
