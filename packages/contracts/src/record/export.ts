import { z } from 'zod';
import { objectRefSchema } from '../artifact/dataset.ts';
import { LatheError, wireErrorSchema } from '../error.ts';
import { exportFormatSchema, exportReplaySchema, exportStateSchema } from '../http/export.ts';
import { attemptSchema, headFields } from './head.ts';

/** What came of an export: its files by their names within the folder. */
const exportResultSchema = z.object({
  files: z.record(z.string(), objectRefSchema),
  dtype: z.string().nullable(),
  replay: exportReplaySchema.nullable(),
  notes: z.array(z.string()),
});
type ExportResult = z.infer<typeof exportResultSchema>;

/**
 * A tuned model that is written in another format. Its message lies on the queue `export`; its id follows from the model's
 * files and the format, so that the same export is made once. It goes with its model.
 */
export const exportRecordSchema = z.object({
  ...headFields,
  model: z.string(),
  /** Of the model's files as they were when it was asked for. */
  manifestKey: z.string(),
  format: exportFormatSchema,
  dtype: z.string().nullable(),
  state: exportStateSchema,
  result: exportResultSchema.nullable(),
  error: wireErrorSchema.nullable(),
  attempt: attemptSchema.optional(),
  finishedAt: z.number().int().nullable(),
});
/**
 * @example const { state }: ExportRecord = exportRecordSchema.parse(JSON.parse(text));
 */
export type ExportRecord = z.infer<typeof exportRecordSchema>;

/** Whether nothing can happen to it any more, unless a failed one is asked for again. */
export function isExportOver({ state }: Pick<ExportRecord, 'state'>): boolean {
  return state === 'succeeded' || state === 'failed';
}

/** How an export ends. */
export type ExportEnd =
  | { readonly state: 'succeeded'; readonly result: ExportResult }
  | { readonly state: 'failed'; readonly error: NonNullable<ExportRecord['error']> };

/** The record at its end, in Unix seconds. Throws `invalid_state` for one that is over. */
export function endExport(record: ExportRecord, end: ExportEnd, now: number): ExportRecord {
  if (isExportOver(record))
    throw new LatheError(
      'invalid_state',
      `The export ${record.id} is ${record.state} and cannot become ${end.state}.`,
      { retryable: false },
    );
  return { ...record, ...end, finishedAt: now };
}
