import { z } from 'zod';
import { lineageSchema } from '../artifact/lineage.ts';
import { limitSchema } from './list.ts';

const ids = z.array(z.string());

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

/** What holds rows of a file beside it. */
export const heldBySchema = z.object({
  files: ids.describe('files that were made of it by data work, or of those'),
  jobs: ids.describe('jobs that read it or one of those'),
  models: ids.describe('models that those jobs made'),
});
export type HeldBy = z.infer<typeof heldBySchema>;

/** A `file` as it is told alone: with what it was made of, null of one that was uploaded, and what was made of it. */
export const retrievedFileSchema = fileObjectSchema.extend({
  lathe: heldBySchema.extend({ lineage: lineageSchema.nullable() }),
});
export type RetrievedFile = z.infer<typeof retrievedFileSchema>;

export const listFilesQuerySchema = z.strictObject({
  purpose: filePurposeSchema.optional(),
  limit: limitSchema(10_000, 10_000),
  order: z.enum(['asc', 'desc']).default('desc'),
  after: z.string().optional(),
});
