import { z } from 'zod';
import { inspectionReportSchema } from '../artifact/inspection.ts';
import { wireErrorSchema } from '../error.ts';
import { dataWorkStateSchema } from '../record/data-work.ts';
import { createJobSchema } from './fine-tuning.ts';
import { limitSchema } from './list.ts';

/**
 * Body of POST /v1/lathe/files/{id}/inspect: what the job would be created with, all of it optional. What is of no
 * consequence for the reading of the file, such as a suffix, is taken and has no effect.
 * @example inspectRequestSchema.parse({ model: 'lathe-tiny', lathe: { max_tokens: 512 } });
 */
export const inspectRequestSchema = createJobSchema
  .omit({ training_file: true, model: true })
  .extend({
    model: z
      .string()
      .min(1)
      .max(256)
      .optional()
      .describe('a base model, or a tuned one; by default the first that learns from such rows'),
  });
export type InspectRequest = z.infer<typeof inspectRequestSchema>;

/** How far data work is. */
const progressSchema = z.object({
  bytes: z.number().int(),
  total_bytes: z.number().int(),
  rows: z.number().int(),
});

/** An inspection as lists show it: without its report. */
export const listedInspectionSchema = z.object({
  id: z.string(),
  object: z.literal('lathe.inspection'),
  created_at: z.number().int(),
  finished_at: z.number().int().nullable(),
  status: dataWorkStateSchema,
  file: z.string(),
  validation_file: z.string().nullable(),
  /** As the request names it. */
  model: z.string().nullable(),
  seed: z
    .number()
    .int()
    .describe('decides which rows are held out; 1 where the request names none'),
  progress: progressSchema.nullable(),
  /** Why there is no report. */
  error: wireErrorSchema.nullable(),
});
export type ListedInspection = z.infer<typeof listedInspectionSchema>;

/** The `lathe.inspection` object. */
export const inspectionObjectSchema = listedInspectionSchema.extend({
  /** Null until it has succeeded. */
  report: inspectionReportSchema.nullable(),
});
export type InspectionObject = z.infer<typeof inspectionObjectSchema>;

export const listInspectionsQuerySchema = z.strictObject({
  file: z.string().optional().describe('those of that file only'),
  after: z.string().optional(),
  limit: limitSchema(20, 100),
});
