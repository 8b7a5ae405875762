import { z } from 'zod';
import { expiresAfterSchema } from './expiry.ts';
import { limitSchema } from './list.ts';
import { metadataSchema } from './metadata.ts';

/** What the lines of a batch may ask. */
export const batchEndpointSchema = z.enum([
  '/v1/chat/completions',
  '/v1/completions',
  '/v1/embeddings',
]);

/** The body of a request for a batch. */
export const createBatchSchema = z.strictObject({
  input_file_id: z.string().describe('a file of purpose batch, JSON Lines'),
  endpoint: batchEndpointSchema,
  completion_window: z.literal('24h'),
  metadata: metadataSchema.nullish(),
  output_expires_after: expiresAfterSchema
    .optional()
    .describe('age at which the output and error files are deleted'),
});
export type CreateBatch = z.infer<typeof createBatchSchema>;

export const batchStateSchema = z.enum([
  'validating',
  'failed',
  'in_progress',
  'finalizing',
  'completed',
  'expired',
  'cancelling',
  'cancelled',
]);

/** What is wrong with an input file. */
export const batchErrorSchema = z.object({
  code: z.string(),
  line: z.number().int().nullable(),
  message: z.string(),
  param: z.string().nullable(),
});

export const requestCountsSchema = z.object({
  total: z.number().int(),
  completed: z.number().int(),
  failed: z.number().int(),
});

/** Tokens of all answers together. */
export const batchUsageSchema = z.object({
  input_tokens: z.number().int(),
  input_tokens_details: z.object({ cached_tokens: z.number().int() }),
  output_tokens: z.number().int(),
  output_tokens_details: z.object({ reasoning_tokens: z.number().int() }),
  total_tokens: z.number().int(),
});

const time = z.number().int().optional();

/** The `batch` object. Times are Unix seconds. */
export const batchObjectSchema = z.object({
  id: z.string(),
  object: z.literal('batch'),
  endpoint: batchEndpointSchema,
  input_file_id: z.string(),
  completion_window: z.string(),
  status: batchStateSchema,
  created_at: z.number().int(),
  expires_at: time,
  in_progress_at: time,
  finalizing_at: time,
  completed_at: time,
  failed_at: time,
  expired_at: time,
  cancelling_at: time,
  cancelled_at: time,
  model: z.string().optional(),
  errors: z.object({ object: z.literal('list'), data: z.array(batchErrorSchema) }).optional(),
  output_file_id: z.string().optional(),
  error_file_id: z.string().optional(),
  request_counts: requestCountsSchema,
  usage: batchUsageSchema.optional(),
  metadata: z.record(z.string(), z.string()).nullable(),
});
export type BatchObject = z.infer<typeof batchObjectSchema>;

export const listBatchesQuerySchema = z.strictObject({
  limit: limitSchema(20, 100),
  after: z.string().optional(),
});

/** A line of an input file. */
export const batchLineSchema = z.strictObject({
  custom_id: z.string().min(1).max(512),
  method: z.literal('POST'),
  url: z.string(),
  body: z.record(z.string(), z.unknown()),
});

/** A line of an output or an error file. */
export const batchAnswerSchema = z.object({
  id: z.string(),
  custom_id: z.string(),
  response: z
    .object({ status_code: z.number().int(), request_id: z.string(), body: z.unknown() })
    .nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
});
/** @example const { custom_id }: BatchAnswer = batchAnswerSchema.parse(JSON.parse(line)); */
export type BatchAnswer = z.infer<typeof batchAnswerSchema>;
