import { taskSchema } from '@lathe/recipe/task';
import { z } from 'zod';
import { modelTextSchema, objectRefSchema } from './dataset.ts';

/** Metrics at a checkpoint. Losses are means over supervised tokens in nats. */
export const checkpointMetricsSchema = z.object({
  step: z.number().int(),
  train_loss: z.number().optional(),
  train_mean_token_accuracy: z.number().optional(),
  valid_loss: z.number().optional(),
  valid_mean_token_accuracy: z.number().optional(),
  full_valid_loss: z.number().optional(),
  full_valid_mean_token_accuracy: z.number().optional(),
});
export type CheckpointMetrics = z.infer<typeof checkpointMetricsSchema>;

/** Written last by a worker: a checkpoint exists when its manifest does. */
export const checkpointManifestSchema = z.object({
  version: z.literal(1),
  jobId: z.string(),
  epoch: z.number().int(),
  step: z.number().int(),
  baseModel: z.string(),
  /** `adapter`: a PEFT folder; `merged`: a Hugging Face folder. */
  kind: z.enum(['adapter', 'merged']),
  /**
   * Files of the model folder: path within the folder to object. An adapter has the files that its rows became
   * tokens with in a folder `tokenizer`, a merged model among its own.
   */
  model: z.record(z.string(), objectRefSchema),
  text: modelTextSchema.optional(),
  /** What the model was taught; absent: to chat or to go on with a text. */
  task: taskSchema.optional(),
  /** Files of the training state for resuming; empty once the job is over. */
  state: z.record(z.string(), objectRefSchema),
  metrics: checkpointMetricsSchema,
});
export type CheckpointManifest = z.infer<typeof checkpointManifestSchema>;
