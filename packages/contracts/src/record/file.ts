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

/**
 * The record of a file whose bytes are stored, made now.
 * @example
 * const stored = await artifacts.put('p/default/files/file-4f', Buffer.from(text));
 * const about = { id: 'file-4f', project: 'default', filename: 'rows.jsonl', purpose: 'evals' } as const;
 * const file = processedFile({ ...about, key: 'p/default/files/file-4f', ...stored }, Date.now());
 */
export function processedFile(
  {
    lifetime = null,
    ...file
  }: Pick<
    FileRecord,
    'id' | 'project' | 'filename' | 'purpose' | 'key' | 'bytes' | 'sha256' | 'lineage'
  > & {
    /** Seconds after which it expires; null: never. */
    readonly lifetime?: number | null;
  },
  nowMs: number,
): FileRecord {
  const createdAt = Math.floor(nowMs / 1000);
  const expiresAt = lifetime === null ? null : createdAt + lifetime;
  return {
    version: 1,
    ...{ ...file, createdAt, createdMs: nowMs, expiresAt },
    ...{ status: 'processed', statusDetails: null },
  };
}
