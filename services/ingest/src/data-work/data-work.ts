import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { dataWorkAttemptPrefix, dataWorkPrefix } from '@lathe/contracts/artifact/key';
import { toWireError } from '@lathe/contracts/error';
import { newId } from '@lathe/contracts/id';
import type { WorkMessage } from '@lathe/contracts/message/work';
import {
  type DataWorkProgress,
  type DataWorkRecord,
  endDataWork,
  isOver,
} from '@lathe/contracts/record/data-work';
import type { FileRecord } from '@lathe/contracts/record/file';
import { recordKey } from '@lathe/contracts/subject';
import type { WorkContext, WorkResult } from '@lathe/platform/nats/work-handler';
import type { Records } from '@lathe/platform/records';
import { changeRecord } from '@lathe/platform/records/change';
import { ConflictError } from '@lathe/platform/records/port';
import type { DataOutcome, DataPorts } from '../data-ports.ts';
import { deleteOtherAttempts } from '../other-attempts.ts';
import { runDataWork } from './data-runs.ts';

/** What all data work of an ingest stands on. */
export type DataWorkPorts = Omit<
  DataPorts,
  'project' | 'attempt' | 'prefix' | 'fileId' | 'workFolder' | 'signal' | 'progress'
> &
  Pick<Records, 'dataWork'> & {
    /** Where rows wait on disk. */
    readonly spoolFolder: string;
    /** The name under which the message server runs since it was started. */
    readonly server: () => string;
    readonly run?: typeof runDataWork;
  };

/**
 * Does the piece of data work of a message, from its record to its end. Doing it twice, or after another ingest did it,
 * changes nothing. Throws what made it fail, for `failDataWork` or another try.
 */
export async function doDataWork(
  ports: DataWorkPorts,
  message: WorkMessage,
  context: Pick<WorkContext, 'signal' | 'progress'>,
): Promise<WorkResult> {
  const work = await begin(ports, message);
  if (work === undefined) return { kind: 'drop', reason: 'the data work is gone' };
  if (isOver(work)) return { kind: 'drop', reason: `the data work is ${work.state}` };
  const { project, id } = work;
  const attempt = newId('attempt');
  const prefix = dataWorkAttemptPrefix(project, id, attempt);
  const workFolder = await mkdtemp(join(ports.spoolFolder, 'data-'));
  const follower = follow(ports, work, context);
  const { run = runDataWork } = ports;
  let mayBeNamed = false;
  try {
    const outcome = await run(work.input, {
      ...ports,
      ...{ project, attempt, prefix, workFolder },
      fileId: `file-${id.slice(id.indexOf('_') + 1)}`,
      signal: follower.signal,
      progress: follower.progress,
    });
    await follower.stop();
    // The record may name it from here on, even where nobody heard that it was stored.
    mayBeNamed = true;
    return await finish(ports, work, { prefix, outcome });
  } catch (error) {
    await follower.stop();
    if (!mayBeNamed) await ports.artifacts.deletePrefix(prefix);
    if (follower.isVoid()) return { kind: 'drop', reason: 'the data work was cancelled' };
    throw error;
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
}

/** Ends work that no retry can cure; one that is over or gone is left alone. */
export async function failDataWork(
  { dataWork, artifacts, now }: Pick<DataWorkPorts, 'dataWork' | 'artifacts' | 'now'>,
  { project, jobId: id }: Pick<WorkMessage, 'project' | 'jobId'>,
  failure: unknown,
): Promise<void> {
  const error = toWireError(failure, 'working on the data');
  const ended = await changeRecord(dataWork, recordKey(project, id), (record) =>
    isOver(record)
      ? null
      : endDataWork(record, { state: 'failed', error }, Math.floor(now() / 1000)),
  );
  if (ended?.state === 'failed') await artifacts.deletePrefix(dataWorkPrefix(project, id));
}

/** Marks the work as begun; undefined where it is gone. */
function begin(
  { dataWork, server }: DataWorkPorts,
  { project, jobId }: WorkMessage,
): Promise<DataWorkRecord | undefined> {
  const name = server();
  return changeRecord(dataWork, recordKey(project, jobId), (record) => {
    if (isOver(record)) return null;
    const count = record.attempt?.server === name ? record.attempt.count + 1 : 1;
    return { ...record, state: 'running', attempt: { server: name, count } };
  });
}

/** Stores every so often how far the work is, and sees whether somebody ended it meanwhile. */
function follow(
  { dataWork, settings, log }: DataWorkPorts,
  work: DataWorkRecord,
  context: Pick<WorkContext, 'signal' | 'progress'>,
) {
  const controller = new AbortController();
  const latest: DataWorkProgress = { bytes: 0, totalBytes: 0, rows: 0 };
  let moved = false;
  let storing = Promise.resolve();
  const store = async (): Promise<void> => {
    const progress = moved ? { ...latest } : undefined;
    moved = false;
    const now = await changeRecord(dataWork, recordKey(work.project, work.id), (record) =>
      isOver(record) || progress === undefined ? null : { ...record, progress },
    );
    if (now === undefined || isOver(now)) controller.abort(new Error('the data work was ended'));
  };
  const timer = setInterval(() => {
    storing = storing.then(store).catch((error: unknown) => {
      log.warn({ err: error }, 'cannot look at the data work; trying again');
    });
  }, settings.progressMs);
  return {
    signal: AbortSignal.any([context.signal, controller.signal]),
    isVoid: () => controller.signal.aborted,
    progress(change: Partial<DataWorkProgress> = {}): void {
      Object.assign(latest, change);
      moved = true;
      context.progress();
    },
    stop: async (): Promise<void> => {
      clearInterval(timer);
      await storing;
    },
  };
}

type Attempt = { readonly prefix: string; readonly outcome: DataOutcome };

/** Stores what came of the work: whoever stores first wins, and of all others nothing stays. */
async function finish(
  ports: DataWorkPorts,
  work: DataWorkRecord,
  { prefix, outcome }: Attempt,
): Promise<WorkResult> {
  const { project, id } = work;
  const { objects, files } = outcome;
  for (const file of files) await createFile(ports, file);
  const result = { objects: { ...objects }, files: files.map((file) => file.id) };
  let isOurs = false;
  const ended = await changeRecord(ports.dataWork, recordKey(project, id), (record) => {
    isOurs = !isOver(record);
    const now = Math.floor(ports.now() / 1000);
    return isOurs ? endDataWork(record, { state: 'succeeded', result }, now) : null;
  });
  if (ended !== undefined && isOurs) {
    await deleteOtherAttempts(ports.artifacts, dataWorkPrefix(project, id), prefix);
    return { kind: 'done' };
  }
  await ports.artifacts.deletePrefix(prefix);
  const kept = ended?.result?.files ?? [];
  for (const file of files) if (!kept.includes(file.id)) await removeFile(ports, file);
  return { kind: 'drop', reason: `the data work is ${ended?.state ?? 'gone'}` };
}

/** A file that an earlier attempt stored is the same one. */
async function createFile({ files }: DataWorkPorts, file: FileRecord): Promise<void> {
  try {
    await files.create(recordKey(file.project, file.id), file);
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
  }
}

async function removeFile({ files, artifacts }: DataWorkPorts, file: FileRecord): Promise<void> {
  await files.delete(recordKey(file.project, file.id));
  await artifacts.delete(file.key);
}
