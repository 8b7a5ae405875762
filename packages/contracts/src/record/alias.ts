import { z } from 'zod';

/** Another name that a project has given a model, or a job whose newest model it follows. */
export const aliasRecordSchema = z.object({
  version: z.literal(1),
  /** The alias itself. */
  id: z.string(),
  project: z.string(),
  createdAt: z.number().int(),
  target: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('model'), model: z.string() }),
    z.object({ kind: z.literal('job'), job: z.string() }),
  ]),
});
export type AliasRecord = z.infer<typeof aliasRecordSchema>;
