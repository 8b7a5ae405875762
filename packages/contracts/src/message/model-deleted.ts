import { z } from 'zod';

/** Published on `modelDeletedSubject` when a tuned model is deleted. */
export const modelDeletedSchema = z.object({ project: z.string(), name: z.string() });
export type ModelDeleted = z.infer<typeof modelDeletedSchema>;
