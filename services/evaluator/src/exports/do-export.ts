import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { exportAttemptPrefix, exportPrefix } from '@lathe/contracts/artifact/key';
import { inStep, LatheError, toWireError } from '@lathe/contracts/error';
import { newId } from '@lathe/contracts/id';
import type { WorkMessage } from '@lathe/contracts/message/work';
import { type ExportRecord, endExport, isExportOver } from '@lathe/contracts/record/export';
import { recordKey } from '@lathe/contracts/subject';
import { sizeText } from '@lathe/contracts/words/size';
import { putFolder } from '@lathe/platform/artifacts/folder';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import type { Logger } from '@lathe/platform/log';
import type { WorkContext, WorkResult } from '@lathe/platform/nats/work-handler';
import type { Records } from '@lathe/platform/records';
import { changeRecord } from '@lathe/platform/records/change';
import { followWork } from '@lathe/platform/records/follow-work';
import type { Models } from '../models/models.ts';
import type { EvaluatorSettings } from '../settings.ts';
import { writeExport } from './write-export.ts';

/** What exports work with. */
export type ExportPorts = Pick<Records, 'exports'> & {
  readonly artifacts: ArtifactStore;
  readonly models: Pick<Models, 'find'>;
  readonly settings: EvaluatorSettings;
  /** Where exports are written before they are stored. */
  readonly workFolder: string;
  /** Of the process that writes. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The name under which the message server runs since it was started. */
  readonly server: () => string;
  readonly log: Logger;
  readonly now: () => number;
};

/**
 * Makes the export of a message, from its record to its end. Doing it twice, or after another evaluator did it, changes
 * nothing. Throws what made it fail, for `failExport` or another try.
 */
export async function doExport(
  ports: ExportPorts,
  message: WorkMessage,
  context: Pick<WorkContext, 'signal' | 'progress'>,
): Promise<WorkResult> {
  const { exports, artifacts, settings, log } = ports;
  const { project, jobId: id } = message;
  const key = recordKey(project, id);
  const work = await begin(ports, message);
  if (work === undefined) return { kind: 'drop', reason: 'the export is gone' };
  if (isExportOver(work)) return { kind: 'drop', reason: `the export is ${work.state}` };
  const prefix = exportAttemptPrefix(project, id, newId('attempt'));
  const folder = await mkdtemp(join(ports.workFolder, 'export-'));
  const follower = followWork({
    ...{ context, everyMs: settings.evalProgressMs },
    async look({ end }) {
      const now = await exports.get(key);
      if (now === null || isExportOver(now.value)) end(new Error('the export was ended'));
    },
    onError: (error) => log.warn({ err: error }, 'cannot look at the export; trying again'),
  });
  let mayBeNamed = false;
  try {
    const out = join(folder, 'out');
    const { dtype, replay, notes } = await write(ports, work, { out, signal: follower.signal });
    await requireSize(out, settings.exportLimitBytes);
    const files = await inStep('storing an export', () => putFolder(artifacts, prefix, out));
    await follower.stop();
    const result = { files, dtype, replay, notes };
    // The record may name the files from here on, even where nobody heard that it was stored.
    mayBeNamed = true;
    const ended = await changeRecord(exports, key, (record) =>
      isExportOver(record)
        ? null
        : endExport(record, { state: 'succeeded', result }, Math.floor(ports.now() / 1000)),
    );
    const isOurs = Object.values(ended?.result?.files ?? {})[0]?.key.startsWith(`${prefix}/`);
    if (isOurs !== true) await artifacts.deletePrefix(prefix);
    return { kind: 'done' };
  } catch (error) {
    const wasEnded = await follower.stop();
    if (!mayBeNamed) await artifacts.deletePrefix(prefix);
    if (wasEnded) return { kind: 'drop', reason: 'the export was erased' };
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Ends an export that no retry can cure; one that is over or gone is left alone. */
export async function failExport(
  { exports, artifacts, now }: Pick<ExportPorts, 'exports' | 'artifacts' | 'now'>,
  { project, jobId: id }: Pick<WorkMessage, 'project' | 'jobId'>,
  failure: unknown,
): Promise<void> {
  const error = toWireError(failure, 'exporting the model');
  const ended = await changeRecord(exports, recordKey(project, id), (record) =>
    isExportOver(record)
      ? null
      : endExport(record, { state: 'failed', error }, Math.floor(now() / 1000)),
  );
  if (ended?.state === 'failed') await artifacts.deletePrefix(exportPrefix(project, id));
}

/** Marks the export as begun; undefined where it is gone. */
function begin(
  { exports, server }: ExportPorts,
  { project, jobId }: WorkMessage,
): Promise<ExportRecord | undefined> {
  const name = server();
  return changeRecord(exports, recordKey(project, jobId), (record) => {
    if (isExportOver(record)) return null;
    const count = record.attempt?.server === name ? record.attempt.count + 1 : 1;
    return { ...record, state: 'running', attempt: { server: name, count } };
  });
}

async function write(
  { models, settings, environment }: ExportPorts,
  { project, model, format, dtype }: ExportRecord,
  { out, signal }: { readonly out: string; readonly signal: AbortSignal },
) {
  const { engine } = await models.find(project, model);
  const { folder, adapter } = engine;
  if (format === 'adapter')
    throw new LatheError('internal_error', 'An adapter is downloaded as it is, not written anew.');
  const known = (['f32', 'f16', 'q8_0', 'q8'] as const).find((name) => name === dtype) ?? null;
  const request = { model: folder, adapter, kind: format, dtype: known, out };
  return writeExport(request, { environment, exportMs: settings.exportMs }, signal);
}

async function requireSize(folder: string, most: number): Promise<void> {
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size;
  if (bytes > most)
    throw new LatheError(
      'file_too_large',
      `The export has ${sizeText(bytes)}, and may have ${sizeText(most)} (LATHE_EXPORT_LIMIT).`,
      { param: 'format' },
    );
}
