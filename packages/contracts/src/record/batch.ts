import { z } from 'zod';
import { LatheError } from '../error.ts';
import {
  batchEndpointSchema,
  batchErrorSchema,
  batchStateSchema,
  batchUsageSchema,
  requestCountsSchema,
} from '../http/batch.ts';
import { metadataSchema } from '../http/metadata.ts';
import { attemptSchema, headFields } from './head.ts';

/** When a batch came to each of its states, in Unix seconds. */
const timesSchema = z.partialRecord(batchStateSchema, z.number().int());

/**
 * A batch. Its message lies on the queue `batch`; it changes only by compare-and-set, and what is over never changes again.
 */
export const batchRecordSchema = z.object({
  ...headFields,
  endpoint: batchEndpointSchema,
  inputFileId: z.string(),
  metadata: metadataSchema.nullable(),
  /** Unix seconds: what is not answered then is told as expired. */
  expiresAt: z.number().int(),
  /** Of the files that it makes, from when they are made; null: they stay. */
  outputSeconds: z.number().int().nullable(),
  state: batchStateSchema,
  times: timesSchema,
  counts: requestCountsSchema,
  /** Of the first line. */
  model: z.string().nullable(),
  errors: z.array(batchErrorSchema),
  /** Ids of the files that are made at its end, so that they are the same where they are made again. */
  files: z.object({ output: z.string(), error: z.string() }),
  outputFileId: z.string().nullable(),
  errorFileId: z.string().nullable(),
  usage: batchUsageSchema.nullable(),
  attempt: attemptSchema.optional(),
});
/**
 * @example const { state }: BatchRecord = batchRecordSchema.parse(JSON.parse(text));
 */
export type BatchRecord = z.infer<typeof batchRecordSchema>;

const over: readonly BatchRecord['state'][] = ['completed', 'failed', 'expired', 'cancelled'];

/** Whether nothing can happen to it any more. */
export function isBatchOver({ state }: Pick<BatchRecord, 'state'>): boolean {
  return over.includes(state);
}

/** The record in another state, since `now` in Unix seconds. Throws `invalid_state` for one that is over. */
export function moveBatch(
  record: BatchRecord,
  state: BatchRecord['state'],
  now: number,
): BatchRecord {
  if (isBatchOver(record))
    throw new LatheError(
      'invalid_state',
      `The batch ${record.id} is ${record.state} and cannot become ${state}.`,
      { retryable: false },
    );
  return { ...record, state, times: { ...record.times, [state]: record.times[state] ?? now } };
}
