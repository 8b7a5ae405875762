import { z } from 'zod';

/** At most 16 string pairs, keys up to 64 and values up to 512 characters. */
export const metadataSchema = z
  .record(z.string().max(64), z.string().max(512))
  .refine((pairs) => Object.keys(pairs).length <= 16, 'metadata holds at most 16 pairs');
