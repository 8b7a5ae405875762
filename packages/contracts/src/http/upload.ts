import { z } from 'zod';
import { expiresAfterSchema } from './expiry.ts';
import { fileObjectSchema, uploadPurposeSchema } from './file.ts';

/** Most parts that are put together. */
export const mostUploadParts = 1000;

/** The body of a request for a file that comes in parts. */
export const createUploadSchema = z.strictObject({
  bytes: z.number().int().min(1).describe('of all parts together'),
  filename: z.string().min(1),
  mime_type: z.string().min(1).max(256).describe('kept nowhere: bytes say what they are'),
  purpose: uploadPurposeSchema,
  expires_after: expiresAfterSchema.optional().describe('age at which the file is deleted'),
});
export type CreateUpload = z.infer<typeof createUploadSchema>;

/** The body of a request that makes a file of the parts. */
export const completeUploadSchema = z.strictObject({
  part_ids: z.array(z.string().max(256)).min(1).max(mostUploadParts).describe('in their order'),
  md5: z
    .string()
    .regex(/^[0-9a-fA-F]{32}$/, 'an MD5 in hexadecimal is expected')
    .optional()
    .describe('of all bytes'),
});
export type CompleteUpload = z.infer<typeof completeUploadSchema>;

/** The `upload` object. Times are Unix seconds. */
export const uploadObjectSchema = z.object({
  id: z.string(),
  object: z.literal('upload'),
  bytes: z.number().int(),
  created_at: z.number().int(),
  expires_at: z.number().int(),
  filename: z.string(),
  purpose: uploadPurposeSchema,
  status: z.enum(['pending', 'completed', 'cancelled', 'expired']),
  /** Once it is completed; null where the file was deleted since. */
  file: fileObjectSchema.nullable(),
});
export type UploadObject = z.infer<typeof uploadObjectSchema>;

/** The `upload.part` object. */
export const uploadPartSchema = z.object({
  id: z.string(),
  object: z.literal('upload.part'),
  created_at: z.number().int(),
  upload_id: z.string(),
});
export type UploadPart = z.infer<typeof uploadPartSchema>;
