import { z } from 'zod';
import { objectRefSchema } from '../artifact/dataset.ts';
import { LatheError, wireErrorSchema } from '../error.ts';
import {
  criterionTallySchema,
  modelUsageSchema,
  resultCountsSchema,
  runStateSchema,
} from '../http/eval-run.ts';
import { graderSchema, templateMessagesSchema } from '../http/grader.ts';
import { metadataSchema } from '../http/metadata.ts';
import { inferenceRequestSchema } from '../message/inference.ts';
import { attemptSchema, headFields } from './head.ts';

/** Where a run has its rows from: a file of the project, or an object that came with the request. */
const rowsSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('file'), id: z.string() }),
  z.object({ kind: z.literal('inline'), object: objectRefSchema }),
]);

/** How each row is asked: messages, and a chat request without them, every default resolved. */
const askingSchema = z.object({
  messages: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('template'), template: templateMessagesSchema }),
    z.object({ kind: z.literal('reference'), path: z.string() }),
  ]),
  chat: inferenceRequestSchema.omit({ messages: true, requestId: true }),
});
export type Asking = z.infer<typeof askingSchema>;

/** What came of the rows so far. */
const tallySchema = z.object({
  counts: resultCountsSchema,
  criteria: z.array(criterionTallySchema),
  usage: z.array(modelUsageSchema),
});
export type RunTally = z.infer<typeof tallySchema>;

/**
 * A run of an eval. Its message lies on the queue `eval-run`; it changes only by compare-and-set, and what is over
 * never changes again, but that the rows which were in work at its end are counted.
 */
export const evalRunRecordSchema = z.object({
  ...headFields,
  evalId: z.string(),
  name: z.string(),
  metadata: metadataSchema.nullable(),
  state: runStateSchema,
  /** As the request has it, but without the rows in it. */
  dataSource: z.record(z.string(), z.unknown()),
  rows: rowsSchema,
  /** JSON Schema of the `item` of each row, as the eval had it when the run was made; absent: any item is taken. */
  itemSchema: z.record(z.string(), z.unknown()).optional(),
  /** As the eval had them when the run was made. */
  criteria: z.array(graderSchema),
  /** null: the rows bring their answers along. */
  asking: askingSchema.nullable(),
  tally: tallySchema,
  error: wireErrorSchema.nullable(),
  attempt: attemptSchema.optional(),
  finishedAt: z.number().int().nullable(),
});
/**
 * @example const { tally }: EvalRunRecord = evalRunRecordSchema.parse(JSON.parse(text));
 */
export type EvalRunRecord = z.infer<typeof evalRunRecordSchema>;

/** Whether nothing can happen to it any more. */
export function isRunOver({ state }: Pick<EvalRunRecord, 'state'>): boolean {
  return state !== 'queued' && state !== 'in_progress';
}

/** How a run ends. */
export type RunEnd =
  | { readonly state: 'completed'; readonly tally: RunTally }
  | { readonly state: 'failed'; readonly error: NonNullable<EvalRunRecord['error']> }
  | { readonly state: 'canceled' };

/** The record at its end, in Unix seconds. Throws `invalid_state` for one that is over. */
export function endRun(record: EvalRunRecord, end: RunEnd, now: number): EvalRunRecord {
  if (isRunOver(record))
    throw new LatheError(
      'invalid_state',
      `The run ${record.id} is ${record.state} and cannot become ${end.state}.`,
      { retryable: false },
    );
  return { ...record, ...end, finishedAt: now };
}
