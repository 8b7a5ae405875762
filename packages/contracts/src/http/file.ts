import { z } from 'zod';
import { limitSchema } from './list.ts';

/** Purposes a client may upload with. */
export const uploadPurposeSchema = z.enum([
  'assistants',
  'batch',
  'fine-tune',
  'vision',
  'user_data',
  'evals',
]);
/** Every purpose a file can have. */
export const filePurposeSchema = z.enum([
  ...uploadPurposeSchema.options,
  'batch_output',
  'fine-tune-results',
  'assistants_output',
]);
/** The `file` object. Times are Unix seconds. */
export const fileObjectSchema = z.object({
  id: z.string(),
  object: z.literal('file'),
  bytes: z.number().int(),
  created_at: z.number().int(),
  expires_at: z.number().int().optional(),
  filename: z.string(),
  purpose: filePurposeSchema,
  status: z.enum(['uploaded', 'processed', 'error']),
  status_details: z.string().optional(),
});
export type FileObject = z.infer<typeof fileObjectSchema>;

export const listFilesQuerySchema = z.strictObject({
  purpose: filePurposeSchema.optional(),
  limit: limitSchema(10_000, 10_000),
  order: z.enum(['asc', 'desc']).default('desc'),
  after: z.string().optional(),
});
