import { z } from 'zod';
import { datasetRequestSchema } from '../http/dataset.ts';

/** What was not used of the sources: why, how often, and where the first of them stand. */
const unusedSchema = z.object({
  reason: z.string(),
  count: z.number().int(),
  places: z.array(z.string()),
});

/** How pairs that a model wrote came about. */
const writerLineageSchema = z.object({
  /** The model that wrote, and the server that it was asked of; null: Lathe's own. */
  model: z.string(),
  url: z.string().nullable(),
  /** SHA-256 of the prompt, in which the chunk stands as `{{text}}`, with the schema of the answer. */
  prompt_sha256: z.string(),
  /** Chunks that it was asked about, pairs that it wrote, and those whose answer stands in the chunk. */
  chunks: z.number().int(),
  written: z.number().int(),
  accepted: z.number().int(),
});

/** What a file was made of and how: enough to make it again. */
export const lineageSchema = z.object({
  version: z.literal(1),
  /** Of the data work that made it. */
  dataset: z.string(),
  /** Raised whenever the same sources and settings would give other rows. */
  converter: z.number().int(),
  request: datasetRequestSchema,
  /** The files that it was made of, as they were. */
  sources: z.array(
    z.object({
      file: z.string(),
      filename: z.string(),
      bytes: z.number().int(),
      sha256: z.string(),
    }),
  ),
  /** All files that those were made of in turn, also the ones that are gone by now. */
  ancestors: z.array(z.string()).optional(),
  rows: z.number().int(),
  unused: z.array(unusedSchema),
  /** Rows a source gave, by the file's id. */
  rows_by_source: z.record(z.string(), z.number().int()),
  /** The file with the evidence of each row, and with the rows of the other side of a split. */
  evidence_file: z.string().nullable(),
  other_side: z.string().nullable(),
  writer: writerLineageSchema.nullable(),
});
/**
 * @example const lineage: Lineage = lineageSchema.parse(JSON.parse(text));
 */
export type Lineage = z.infer<typeof lineageSchema>;
