import { z } from 'zod';
import { lineageSchema } from '../artifact/lineage.ts';
import { filePurposeSchema } from '../http/file.ts';

/** A file in the files bucket. Its bytes lie at `key` in the artifact store. */
export const fileRecordSchema = z.object({
  version: z.literal(1),
  id: z.string(),
  project: z.string(),
  createdAt: z.number().int(),
  /** Milliseconds, to keep the order of files of one second. */
  createdMs: z.number(),
  expiresAt: z.number().int().nullable(),
  filename: z.string(),
  purpose: filePurposeSchema,
  bytes: z.number().int(),
  sha256: z.string(),
  key: z.string(),
  status: z.enum(['uploaded', 'processed', 'error']),
  statusDetails: z.string().nullable(),
  /** Of a file that Lathe made of others. */
  lineage: lineageSchema.optional(),
});
/**
 * @example const file: FileRecord = fileRecordSchema.parse(JSON.parse(text));
 */
export type FileRecord = z.infer<typeof fileRecordSchema>;
