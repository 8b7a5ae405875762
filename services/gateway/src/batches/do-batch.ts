import { batchAnswerKey, batchPrefix, readBatchAnswerKey } from '@lathe/contracts/artifact/key';
import { LatheError, toWireError } from '@lathe/contracts/error';
import { type BatchAnswer, batchAnswerSchema } from '@lathe/contracts/http/batch';
import { newId } from '@lathe/contracts/id';
import type { WorkMessage } from '@lathe/contracts/message/work';
import { type BatchRecord, isBatchOver, moveBatch } from '@lathe/contracts/record/batch';
import { recordKey } from '@lathe/contracts/subject';
import { writeJson } from '@lathe/platform/artifacts/write-json';
import type { WorkContext, WorkResult } from '@lathe/platform/nats/work-handler';
import { changeRecord } from '@lathe/platform/records/change';
import { removeFile } from '../files/files.ts';
import { answerLine } from './answer-line.ts';
import type { BatchPorts, BatchSettings } from './batch-ports.ts';
import { type Ending, followBatch } from './follow-batch.ts';
import { readLines } from './lines.ts';
import { makeOutputFiles } from './output-files.ts';
import { validateFile } from './validate.ts';

type Context = Pick<WorkContext, 'signal' | 'progress'>;

/** Keys of the answered lines by their place. */
type Answers = Map<number, string>;

/**
 * Does the batch of a message, from its file to its output. Each line is stored by its place as soon as it is answered, and a line
 * that is stored is never asked again: doing a batch twice, or going on where another gateway was killed, changes nothing.
 * Throws what made it fail, for `failBatch` or another try.
 */
export async function doBatch(
  ports: BatchPorts,
  message: WorkMessage,
  { context, settings }: { readonly context: Context; readonly settings: BatchSettings },
): Promise<WorkResult> {
  const begun = await begin(ports, message);
  if (begun === undefined) return { kind: 'drop', reason: 'the batch is gone' };
  if (isBatchOver(begun)) return { kind: 'drop', reason: `the batch is ${begun.state}` };
  const key = await inputKey(ports, begun);
  const batch = await validated(ports, begun, { key, settings, context });
  if (batch === undefined || isBatchOver(batch)) return { kind: 'done' };
  const answers = await recall(ports, batch);
  const counts = (): BatchRecord['counts'] => countsOf(batch, answers);
  const follower = followBatch(ports, batch, { context, counts, settings });
  let ending: Ending | undefined;
  try {
    if (batch.state === 'in_progress')
      await answerAll(ports, batch, { key, answers, follower, settings });
    ending = await follower.stop();
  } catch (error) {
    ending = await follower.stop();
    if (ending === undefined) throw error;
  }
  if (ending === 'gone') {
    await forget(ports, batch);
    return { kind: 'drop', reason: 'the batch is gone' };
  }
  await finish(ports, batch, { key, answers, settings, context, ending });
  return { kind: 'done' };
}

/** Ends a batch that no retry can cure; one that is over or gone is left alone. */
export async function failBatch(
  { batches, now }: Pick<BatchPorts, 'batches' | 'now'>,
  { project, jobId }: Pick<WorkMessage, 'project' | 'jobId'>,
  failure: unknown,
): Promise<void> {
  const { code, message, param } = toWireError(failure, 'working on the batch');
  await changeRecord(batches, recordKey(project, jobId), (record) =>
    isBatchOver(record)
      ? null
      : {
          ...moveBatch(record, 'failed', Math.floor(now() / 1000)),
          errors: [{ code, line: null, message, param: param ?? null }],
        },
  );
}

/** Counts the attempt; undefined where the batch is gone. */
function begin(
  { batches, nats }: BatchPorts,
  { project, jobId }: WorkMessage,
): Promise<BatchRecord | undefined> {
  const server = nats.serverName();
  return changeRecord(batches, recordKey(project, jobId), (record) => {
    if (isBatchOver(record)) return null;
    const count = record.attempt?.server === server ? record.attempt.count + 1 : 1;
    return { ...record, attempt: { server, count } };
  });
}

async function inputKey({ files }: BatchPorts, batch: BatchRecord): Promise<string> {
  const stored = await files.get(recordKey(batch.project, batch.inputFileId));
  if (stored !== null) return stored.value.key;
  throw new LatheError('not_found', `The file ${batch.inputFileId} was deleted.`, {
    param: 'input_file_id',
  });
}

/** The batch with its file read through, in progress or failed by what is wrong with the file; undefined where it is gone. */
async function validated(
  ports: BatchPorts,
  batch: BatchRecord,
  {
    key,
    settings,
    context,
  }: {
    readonly key: string;
    readonly settings: BatchSettings;
    readonly context: Context;
  },
): Promise<BatchRecord | undefined> {
  if (batch.times.in_progress !== undefined || batch.state === 'cancelling') return batch;
  const onLine = (): void => {
    context.signal.throwIfAborted();
    context.progress();
  };
  const { errors, model, total } = await validateFile(ports, batch, { key, settings, onLine });
  const now = Math.floor(ports.now() / 1000);
  return changeRecord(ports.batches, recordKey(batch.project, batch.id), (record) => {
    if (record.state !== 'validating') return null;
    if (errors.length > 0) return { ...moveBatch(record, 'failed', now), errors };
    return {
      ...moveBatch(record, 'in_progress', now),
      model,
      counts: { total, completed: 0, failed: 0 },
    };
  });
}

async function recall({ artifacts }: BatchPorts, batch: BatchRecord): Promise<Answers> {
  const answers: Answers = new Map();
  for await (const { key } of artifacts.list(batchPrefix(batch.project, batch.id))) {
    const name = readBatchAnswerKey(key);
    if (name !== undefined) answers.set(name.index, key);
  }
  return answers;
}

function countsOf(batch: BatchRecord, answers: Answers): BatchRecord['counts'] {
  let completed = 0;
  for (const key of answers.values()) if (readBatchAnswerKey(key)?.status === 'ok') completed++;
  return { total: batch.counts.total, completed, failed: answers.size - completed };
}

type Asking = {
  readonly key: string;
  readonly answers: Answers;
  readonly follower: ReturnType<typeof followBatch>;
  readonly settings: BatchSettings;
};

/** Answers and stores all lines that are not stored yet, some side by side. */
async function answerAll(
  ports: BatchPorts,
  batch: BatchRecord,
  { key, answers, follower, settings }: Asking,
): Promise<void> {
  const failed = new AbortController();
  const signal = AbortSignal.any([follower.signal, failed.signal]);
  const lines = readLines({ ...ports, endpoint: batch.endpoint }, key, settings);
  const worker = async (): Promise<void> => {
    for (;;) {
      const { value: line, done } = await lines.next();
      if (done === true) return;
      signal.throwIfAborted();
      if ('problem' in line || answers.has(line.index)) continue;
      const answer = await answerLine(ports, batch, { line, signal, settings });
      const status = answer.response?.status_code === 200 ? 'ok' : 'error';
      const place = batchAnswerKey(batch.project, batch.id, { index: line.index, status });
      await writeJson(ports.artifacts, place, batchAnswerSchema, answer);
      answers.set(line.index, place);
      follower.progress();
    }
  };
  const workers = Array.from({ length: settings.batchLineSlots }, () =>
    worker().catch((error: unknown) => {
      failed.abort(error);
      throw error;
    }),
  );
  // All have to be at rest before anything else happens to the batch.
  await Promise.allSettled(workers);
  await lines.return();
  signal.throwIfAborted();
}

/** Why lines were never asked. */
const unaskedErrors = {
  cancelling: {
    code: 'batch_cancelled',
    message: 'The batch was cancelled before this was asked.',
  },
  expired: {
    code: 'batch_expired',
    message: 'This request could not be answered before the completion window expired.',
  },
} as const;

/** Makes the files and ends the batch: first those, then the record, then the answers go. */
async function finish(
  ports: BatchPorts,
  batch: BatchRecord,
  {
    key,
    answers,
    settings,
    context,
    ending,
  }: Pick<Asking, 'key' | 'answers' | 'settings'> & {
    readonly context: Context;
    readonly ending: 'cancelling' | 'expired' | undefined;
  },
): Promise<void> {
  const at = recordKey(batch.project, batch.id);
  const now = () => Math.floor(ports.now() / 1000);
  const finalizing = await changeRecord(ports.batches, at, (record) => {
    if (isBatchOver(record) || record.state === 'cancelling') return null;
    return moveBatch(record, 'finalizing', now());
  });
  if (finalizing === undefined || isBatchOver(finalizing)) return;
  const why = finalizing.state === 'cancelling' ? 'cancelling' : ending;
  async function* unasked(): AsyncGenerator<BatchAnswer> {
    if (why === undefined) return;
    for await (const line of readLines({ ...ports, endpoint: batch.endpoint }, key, settings)) {
      if ('problem' in line || answers.has(line.index)) continue;
      const id = newId('batchAnswer');
      yield { id, custom_id: line.customId, response: null, error: unaskedErrors[why] };
    }
  }
  const inOrder = [...answers].toSorted(([a], [b]) => a - b).map(([, each]) => each);
  const progress = (): void => {
    context.signal.throwIfAborted();
    context.progress();
  };
  const made = await makeOutputFiles(ports, finalizing, { answers: inOrder, unasked, progress });
  const state = why === undefined ? 'completed' : why === 'cancelling' ? 'cancelled' : 'expired';
  const ended = await changeRecord(ports.batches, at, (record) =>
    isBatchOver(record) ? null : { ...moveBatch(record, state, now()), ...made },
  );
  // Erased meanwhile, it has no files either.
  if (ended === undefined) await removeFiles(ports, batch);
  await forget(ports, batch);
}

async function removeFiles(ports: BatchPorts, { project, files }: BatchRecord): Promise<void> {
  for (const id of [files.output, files.error]) {
    const made = await ports.files.get(recordKey(project, id));
    if (made !== null) await removeFile(ports, made.value);
  }
}

/** The answers lie in the files now. */
async function forget({ artifacts }: BatchPorts, { project, id }: BatchRecord): Promise<void> {
  await artifacts.deletePrefix(batchPrefix(project, id));
}
