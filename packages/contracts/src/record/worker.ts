import { z } from 'zod';

/** What a worker announces in the workers bucket; `expiresAt` (ms) counts even where the bucket has no time to live. */
export const workerRecordSchema = z.object({
  version: z.literal(1),
  id: z.string(),
  address: z.string(),
  devices: z.array(
    z.object({
      kind: z.enum(['cpu', 'webgpu', 'cuda']),
      name: z.string(),
      memoryBytes: z.number(),
    }),
  ),
  slots: z.number().int(),
  freeSlots: z.number().int(),
  versions: z.record(z.string(), z.string()),
  announcedAt: z.number(),
  expiresAt: z.number(),
});
export type WorkerRecord = z.infer<typeof workerRecordSchema>;
