import { checkpointManifestSchema } from '@lathe/contracts/artifact/checkpoint';
import type { ObjectRef } from '@lathe/contracts/artifact/dataset';
import { LatheError } from '@lathe/contracts/error';
import type { CreateExport, ExportObject } from '@lathe/contracts/http/export';
import { type Page, page } from '@lathe/contracts/http/list';
import { derivedId, isId } from '@lathe/contracts/id';
import { type ExportRecord, isExportOver } from '@lathe/contracts/record/export';
import { recordKey } from '@lathe/contracts/subject';
import { findJson } from '@lathe/platform/artifacts/read-json';
import { publishWork } from '@lathe/platform/nats/work';
import { changeRecord } from '@lathe/platform/records/change';
import { ConflictError } from '@lathe/platform/records/port';
import { newestFirst } from '../http/cursor.ts';
import { recordPage } from '../http/record-page.ts';
import type { Listed } from '../record-lists.ts';
import { eraseExport } from './erase-export.ts';
import { getModel, type ModelPorts, type TunedModel } from './models.ts';

export type ExportPorts = ModelPorts & { readonly now: () => number };

/** The `lathe.export` object of a record. */
export function exportObject(record: ExportRecord): ExportObject {
  const { id, createdAt, finishedAt, model, format, state, error, result } = record;
  const files = Object.entries(result?.files ?? {}).map(([name, { bytes, sha256 }]) => ({
    ...{ name, bytes, sha256 },
  }));
  return {
    ...{ id, object: 'lathe.export', created_at: createdAt, finished_at: finishedAt },
    ...{ model, format, dtype: result?.dtype ?? record.dtype, status: state, error },
    bytes: result === null ? null : files.reduce((sum, { bytes }) => sum + bytes, 0),
    ...{ files, replay: result?.replay ?? null, notes: result?.notes ?? [] },
  };
}

/**
 * Begins the export of a tuned model, or finds the same one that was asked for before; one that failed is tried again. Throws
 * `model_not_found`, and `invalid_value` for a base model, and for the adapter of a model that has none.
 */
export async function createExport(
  ports: ExportPorts,
  request: {
    readonly project: string;
    readonly requestId: string;
    readonly name: string;
    readonly body: CreateExport;
  },
  limits: { readonly exportsKept: number },
): Promise<ExportRecord> {
  const { project, requestId, body } = request;
  const model = await exportable(ports, request);
  const { manifestKey } = model;
  const { format, dtype = null } = body;
  const id = await derivedId('export', [project, manifestKey, format, dtype ?? ''].join(' '));
  const nowMs = ports.now();
  const made = await ownFiles(ports, model, format);
  const draft: ExportRecord = {
    ...{ version: 1, id, project, requestId, model: model.name, manifestKey, format, dtype },
    ...{ createdAt: Math.floor(nowMs / 1000), createdMs: nowMs, error: null },
    ...(made === undefined
      ? { state: 'queued', result: null, finishedAt: null }
      : { state: 'succeeded', result: made, finishedAt: Math.floor(nowMs / 1000) }),
  };
  const stored = await createOnce(ports, draft, limits);
  if (stored.state === 'queued') {
    const copy = `${stored.createdMs}`;
    const message = { version: 1, project, jobId: id, epoch: 0, requestId } as const;
    await publishWork(ports.nats, 'export', message, copy);
  }
  return stored;
}

/** Writes the record, in place of one that failed; another that is there stays as it is. */
async function createOnce(
  ports: ExportPorts,
  draft: ExportRecord,
  { exportsKept }: { readonly exportsKept: number },
): Promise<ExportRecord> {
  const { project } = draft;
  const key = recordKey(project, draft.id);
  if ((await ports.exports.get(key)) === null) {
    const all = (await ports.exports.list(project)).map(({ value }) => value);
    const over = all.filter(isExportOver).toSorted(newestFirst);
    if (all.length - over.length >= exportsKept)
      throw new LatheError(
        'rate_limit_exceeded',
        `The project has ${all.length} exports under way, as many as it may have; wait for one of them.`,
        { retryable: true },
      );
    const room = Math.max(0, exportsKept - 1 - (all.length - over.length));
    for (const oldest of over.slice(room)) await eraseExport(ports, oldest);
    try {
      await ports.exports.create(key, draft);
      return draft;
    } catch (error) {
      // The same was asked for at the same time.
      if (!(error instanceof ConflictError)) throw error;
    }
  }
  const changed = await changeRecord(ports.exports, key, (record) =>
    record.state === 'failed' ? draft : null,
  );
  return changed ?? createOnce(ports, draft, { exportsKept });
}

async function exportable(
  ports: ExportPorts,
  { project, name, body }: { project: string; name: string; body: CreateExport },
): Promise<TunedModel> {
  const model = await getModel(ports, project, name);
  if (model.kind === 'base')
    throw new LatheError(
      'invalid_value',
      `'${name}' is a base model, whose files are what was imported; tuned models are exported.`,
      { param: 'model' },
    );
  if (body.format === 'adapter' && model.kind === 'merged')
    throw new LatheError(
      'invalid_value',
      `'${name}' is a whole model without an adapter; ask for the format merged.`,
      { param: 'format' },
    );
  return model;
}

/** What needs no writing: the model's own files, where they have the format already. */
async function ownFiles(
  { artifacts }: ExportPorts,
  { kind, manifestKey }: TunedModel,
  format: CreateExport['format'],
): Promise<ExportRecord['result'] | undefined> {
  if (format !== (kind === 'adapter' ? 'adapter' : 'merged')) return undefined;
  const manifest = await findJson(artifacts, manifestKey, checkpointManifestSchema);
  if (manifest === null)
    throw new LatheError('model_not_found', 'The files of the model were deleted.', {
      param: 'model',
    });
  return { files: manifest.model, dtype: null, replay: null, notes: [] };
}

/** An export of the project. Throws `not_found`. */
export async function getExport(
  { exports }: Pick<ExportPorts, 'exports'>,
  project: string,
  id: string,
): Promise<ExportRecord> {
  const stored = isId('export', id) ? await exports.get(recordKey(project, id)) : null;
  if (stored !== null) return stored.value;
  throw new LatheError('not_found', `No export ${JSON.stringify(id)} exists.`, {
    param: 'export_id',
  });
}

/** The files of an export by name. Throws `not_found` while there are none. */
export function exportFiles({ id, state, result }: ExportRecord): ReadonlyMap<string, ObjectRef> {
  if (result !== null) return new Map(Object.entries(result.files));
  throw new LatheError('not_found', `The export ${id} is ${state} and has no files.`, {
    param: 'export_id',
  });
}

/** One file of an export; its name is only looked up, never a path. Throws `not_found`. */
export function exportFile(record: ExportRecord, name: string): ObjectRef {
  const files = exportFiles(record);
  const found = files.get(name);
  if (found !== undefined) return found;
  throw new LatheError(
    'not_found',
    `The export has no file "${name}"; it has ${[...files.keys()].join(', ')}.`,
    { param: 'file' },
  );
}

/** The project's exports, newest first, of all models or one. */
export async function listExports(
  ports: Pick<ExportPorts, 'exports' | 'places'> & Listed<'exports'>,
  project: string,
  query: {
    readonly after?: string | undefined;
    readonly limit: number;
    readonly model?: string | undefined;
  },
): Promise<Page<ExportObject>> {
  const { items, hasMore } = await recordPage(await ports.lists.exports.list(project), query, {
    ...{ project, records: ports.exports, places: ports.places },
    compare: newestFirst,
    isShown: ({ model }) => (query.model ?? model) === model,
  });
  return page(items.map(exportObject), hasMore);
}

/** Removes, of all projects, exports of models whose files are gone. Returns how many. */
export async function eraseStrayExports(
  ports: Pick<ExportPorts, 'exports' | 'places' | 'artifacts' | 'models'>,
): Promise<number> {
  const kept = new Set(
    (await ports.models.list('')).flatMap(({ value }) =>
      value.kind === 'base' ? [] : [value.manifestKey],
    ),
  );
  const stray = (await ports.exports.list(''))
    .map(({ value }) => value)
    .filter(({ manifestKey }) => !kept.has(manifestKey));
  for (const record of stray) await eraseExport(ports, record);
  return stray.length;
}
