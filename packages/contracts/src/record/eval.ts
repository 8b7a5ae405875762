import { z } from 'zod';
import { dataSourceConfigSchema } from '../http/eval.ts';
import { graderSchema } from '../http/grader.ts';
import { metadataSchema } from '../http/metadata.ts';

/** An eval of a project: what its rows are like, and what is held against answers. */
export const evalRecordSchema = z.object({
  version: z.literal(1),
  id: z.string(),
  project: z.string(),
  createdAt: z.number().int(),
  createdMs: z.number(),
  updatedMs: z.number(),
  name: z.string(),
  metadata: metadataSchema.nullable(),
  config: dataSourceConfigSchema,
  criteria: z.array(graderSchema),
});
/**
 * @example const { criteria }: EvalRecord = evalRecordSchema.parse(JSON.parse(text));
 */
export type EvalRecord = z.infer<typeof evalRecordSchema>;
