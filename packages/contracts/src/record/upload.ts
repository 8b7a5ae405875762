import { z } from 'zod';
import { uploadPurposeSchema } from '../http/file.ts';
import { headFields } from './head.ts';

/**
 * A file that comes in parts. The parts lie in the artifact store, an object each, and no record names them: the client says at the
 * end which they are. It changes only by compare-and-set.
 */
export const uploadRecordSchema = z.object({
  ...headFields,
  /** Unix seconds: from then on it takes nothing more. */
  expiresAt: z.number().int(),
  filename: z.string(),
  purpose: uploadPurposeSchema,
  /** Of all parts together. */
  bytes: z.number().int(),
  /** Seconds after which the file expires; null: never. */
  lifetime: z.number().int().nullable(),
  state: z.enum(['pending', 'completed', 'cancelled']),
  /** Of the file that was made of it. */
  fileId: z.string().nullable(),
});
/**
 * @example const { state }: UploadRecord = uploadRecordSchema.parse(JSON.parse(text));
 */
export type UploadRecord = z.infer<typeof uploadRecordSchema>;
