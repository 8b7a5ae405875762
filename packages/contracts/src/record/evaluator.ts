import { z } from 'zod';

/** A model or an adapter that an evaluator has in memory. */
const loadedModelSchema = z.object({
  /** Null: a base model, which is everybody's. */
  project: z.string().nullable(),
  name: z.string(),
  /** The base model that an adapter stands on; null: it stands for itself. */
  base: z.string().nullable(),
  /** Bytes of its weights. */
  bytes: z.number(),
  sinceMs: z.number(),
});

/** What an evaluator announces in the evaluators bucket; `expiresAt` (ms) counts, as a worker's does. */
export const evaluatorRecordSchema = z.object({
  version: z.literal(1),
  id: z.string(),
  /** Bytes that its models may have in memory together. */
  memoryBytes: z.number(),
  models: z.array(loadedModelSchema),
  announcedAt: z.number(),
  expiresAt: z.number(),
});
/**
 * @example const { models }: EvaluatorRecord = evaluatorRecordSchema.parse(JSON.parse(text));
 */
export type EvaluatorRecord = z.infer<typeof evaluatorRecordSchema>;
