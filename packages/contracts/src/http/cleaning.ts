import { z } from 'zod';

/**
 * What is done about rows that repeat each other and about personal data in them: an extension of ours.
 * @example cleaningSchema.parse({ personal_data: 'redact', allowed: ['help@example.org'] });
 */
export const cleaningSchema = z.strictObject({
  duplicates: z
    .enum(['keep', 'drop'])
    .optional()
    .describe('rows that say what an earlier one says, or nearly; keep by default'),
  contamination: z
    .enum(['drop', 'report'])
    .optional()
    .describe(
      'training rows that a held-out row says too, or nearly: left out, by default, or trained on all the same',
    ),
  personal_data: z
    .enum(['report', 'redact', 'refuse'])
    .optional()
    .describe(
      'e-mail addresses, numbers of phones, cards and accounts, IP addresses and keys: counted, by default, replaced by names such as [EMAIL_1], or errors',
    ),
  allowed: z
    .array(z.string().min(1).max(256))
    .max(1000)
    .optional()
    .describe('texts that are no personal data, such as the address of the support'),
});
export type CleaningOptions = z.infer<typeof cleaningSchema>;
