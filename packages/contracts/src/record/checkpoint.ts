import { z } from 'zod';
import { checkpointMetricsSchema } from '../artifact/checkpoint.ts';

/** A published checkpoint of a job, in the checkpoints bucket. */
export const checkpointRecordSchema = z.object({
  version: z.literal(1),
  id: z.string(),
  project: z.string(),
  jobId: z.string(),
  createdAt: z.number().int(),
  step: z.number().int(),
  model: z.string(),
  manifestKey: z.string(),
  metrics: checkpointMetricsSchema,
});
export type CheckpointRecord = z.infer<typeof checkpointRecordSchema>;
