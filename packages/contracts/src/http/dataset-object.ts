import { z } from 'zod';
import { lineageSchema } from '../artifact/lineage.ts';
import { wireErrorSchema } from '../error.ts';
import { dataWorkStateSchema } from '../record/data-work.ts';
import { datasetRequestSchema } from './dataset.ts';

/** A `lathe.dataset` object as lists show it: a file made of files, or on its way. */
export const listedDatasetSchema = z.object({
  id: z.string(),
  object: z.literal('lathe.dataset'),
  created_at: z.number().int(),
  finished_at: z.number().int().nullable(),
  status: dataWorkStateSchema,
  request: datasetRequestSchema,
  progress: z
    .object({ bytes: z.number().int(), total_bytes: z.number().int(), rows: z.number().int() })
    .nullable(),
  /** The file that was made: a training file like one that was uploaded. */
  file: z.string().nullable(),
  /** Of a split: the file with the rows that were set apart. */
  other_side: z.string().nullable(),
  /** Of a conversion: the file that says of each row where it comes from. */
  evidence_file: z.string().nullable(),
  /** Why there is no file. */
  error: wireErrorSchema.nullable(),
});
export type ListedDataset = z.infer<typeof listedDatasetSchema>;

/** The `lathe.dataset` object. */
export const datasetObjectSchema = listedDatasetSchema.extend({
  /** Null until it has succeeded, and once its file is deleted. */
  lineage: lineageSchema.nullable(),
});
export type DatasetObject = z.infer<typeof datasetObjectSchema>;
