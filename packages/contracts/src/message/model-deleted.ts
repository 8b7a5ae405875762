import { z } from 'zod';

/** Published on `modelDeletedSubject` when a tuned model is deleted. */
export const modelDeletedSchema = z.object({
  project: z.string(),
  name: z.string(),
  /** Key of the manifest of its files when they are deleted too; absent while another model stands on them. */
  manifestKey: z.string().optional(),
});
export type ModelDeleted = z.infer<typeof modelDeletedSchema>;
