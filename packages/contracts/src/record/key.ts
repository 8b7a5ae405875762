import { z } from 'zod';
import { keyRoleSchema } from '../http/key.ts';
import { headFields } from './head.ts';

/** A key that was made over the API. The key itself is nowhere. */
export const keyRecordSchema = z.object({
  ...headFields,
  name: z.string(),
  role: keyRoleSchema,
  /** SHA-256 of the key, in hexadecimal digits. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Its last characters, by which people tell keys apart. */
  ending: z.string(),
  /** The id of the key that made it. */
  createdBy: z.string(),
  /** Unix seconds. */
  lastUsedAt: z.number().int().nullable(),
});
/**
 * @example const { name, role }: KeyRecord = keyRecordSchema.parse(JSON.parse(text));
 */
export type KeyRecord = z.infer<typeof keyRecordSchema>;
