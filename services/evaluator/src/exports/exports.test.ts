/** Exports of tuned models over a real evaluator: from a record and its message to files in the store. */
import { fileURLToPath } from 'node:url';
import { checkpointManifestSchema } from '@lathe/contracts/artifact/checkpoint';
import { exportPrefix } from '@lathe/contracts/artifact/key';
import { LatheError } from '@lathe/contracts/error';
import { newId } from '@lathe/contracts/id';
import { type ExportRecord, isExportOver } from '@lathe/contracts/record/export';
import { modelKey, recordKey } from '@lathe/contracts/subject';
import { getBytes } from '@lathe/platform/artifacts/folder';
import { readJson } from '@lathe/platform/artifacts/read-json';
import { readConfig } from '@lathe/platform/config';
import { createLogger } from '@lathe/platform/log';
import { publishWork } from '@lathe/platform/nats/work';
import { openAllRecords } from '@lathe/platform/records';
import { patienceMs } from '@lathe/testkit/patience';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';
import { oneEvaluator } from '../integration/one-evaluator.fixture.ts';
import { project } from '../integration/records.fixture.ts';
import { evaluatorSettings } from '../settings.ts';
import { doExport, type ExportPorts } from './do-export.ts';

const tinyFolder = fileURLToPath(new URL('../../../../models/lathe-tiny', import.meta.url));

const evaluator = oneEvaluator({ evalProgressMs: 50 });

async function tunedModel(name: string) {
  const model = (await evaluator.service.models.get(modelKey(project, name)))?.value;
  if (model === undefined || model.kind === 'base') throw new Error('no tuned model');
  return model;
}

/** Asks for an export as a gateway does. Returns its id. */
async function begin(model: string, change: Partial<ExportRecord>): Promise<string> {
  const { nats } = evaluator.service;
  const { exports } = await openAllRecords(nats);
  const id = newId('export');
  const { manifestKey } = await tunedModel(model);
  await exports.create(recordKey(project, id), {
    ...{ version: 1, id, project, requestId: 'req_1', createdAt: 1, createdMs: 1, model },
    ...{ manifestKey, format: 'merged', dtype: null, state: 'queued' },
    ...{ result: null, error: null, finishedAt: null },
    ...change,
  });
  await publishWork(nats, 'export', {
    version: 1,
    project,
    jobId: id,
    epoch: 0,
    requestId: 'req_1',
  });
  return id;
}

/** The record once the export is over. */
async function ended(id: string): Promise<ExportRecord> {
  const { exports } = await openAllRecords(evaluator.service.nats);
  for await (const change of exports.watch(project, AbortSignal.timeout(patienceMs)))
    if (change.kind === 'put' && change.value.id === id && isExportOver(change.value))
      return change.value;
  throw new Error('the export did not end');
}

it('writes an adapter merged into its base, and as a GGUF file, with what they differ by', async () => {
  const { service } = evaluator;
  const model = await service.addTuned('adapter', 11);
  const [merged, gguf] = await Promise.all([
    begin(model, { format: 'merged' }).then(ended),
    begin(model, { format: 'gguf', dtype: 'f32' }).then(ended),
  ]);
  expect(merged).toMatchObject({ state: 'succeeded', error: null });
  const names = Object.keys(merged.result?.files ?? {});
  expect(names).toEqual(expect.arrayContaining(['config.json', 'lathe-manifest.json']));
  expect(names.some((name) => name.endsWith('.safetensors'))).toBe(true);
  expect(gguf).toMatchObject({ state: 'succeeded', result: { dtype: 'f32' } });
  const [file] = Object.entries(gguf.result?.files ?? {}).filter(([name]) =>
    name.endsWith('.gguf'),
  );
  if (file === undefined) throw new Error('no GGUF file');
  const bytes = await getBytes(service.artifacts, file[1]);
  expect(Buffer.from(bytes.subarray(0, 4)).toString()).toBe('GGUF');
  expect(gguf.result?.replay?.relative).toBeLessThan(gguf.result?.replay?.tolerance ?? 0);
});

it('says why a format cannot hold a model, without where its files lie', async () => {
  const model = await evaluator.service.addTuned('merged', 12);
  const { state, error, id } = await ended(await begin(model, { format: 'onnx', dtype: 'f16' }));
  expect(state).toBe('failed');
  expect(error?.message).toMatch(/^The model cannot be exported so: onnx is not written in f16/);
  expect(error?.message).not.toContain(evaluator.folder);
  const left = await Array.fromAsync(evaluator.service.artifacts.list(exportPrefix(project, id)));
  expect(left).toEqual([]);
});

it('keeps what its record names when the answer of the record is lost', async () => {
  const { service } = evaluator;
  const { exports } = await openAllRecords(service.nats);
  const key = recordKey(project, newId('export'));
  const [, id = ''] = key.split('.');
  await exports.create(key, {
    ...{ version: 1, id, project, requestId: 'req_1', createdAt: 1, createdMs: 1, model: 'tiny' },
    ...{ manifestKey: 'none', format: 'merged', dtype: null, state: 'queued' },
    ...{ result: null, error: null, finishedAt: null },
  });
  const away = new LatheError('unavailable', 'Away.');
  await using work = await tempFolder();
  const config = readConfig({ LATHE_DATA: work.path });
  const ports: ExportPorts = {
    exports: {
      ...exports,
      async update(at, value, revision) {
        await exports.update(at, value, revision);
        if (value.state === 'succeeded') throw away;
        return revision + 1;
      },
    },
    artifacts: service.artifacts,
    models: { find: async () => ({ engine: { folder: tinyFolder, adapter: null } }) as never },
    settings: evaluatorSettings(config),
    ...{ workFolder: work.path, environment: process.env, server: () => 'A', now: Date.now },
    log: createLogger({ logLevel: 'silent', logFormat: 'json' }, 'test'),
  };
  const message = { version: 1, project, jobId: id, epoch: 0, requestId: 'req_1' } as const;
  const context = { signal: new AbortController().signal, progress: () => undefined };
  await expect(doExport(ports, message, context)).rejects.toBe(away);
  const files = Object.values((await exports.get(key))?.value.result?.files ?? {});
  expect(files).not.toEqual([]);
  for (const ref of files) await getBytes(service.artifacts, ref);
});

it('leaves the model as it was', async () => {
  const { service } = evaluator;
  const name = await service.addTuned('merged', 13);
  const { manifestKey } = await tunedModel(name);
  const before = await readJson(service.artifacts, manifestKey, checkpointManifestSchema);
  expect((await ended(await begin(name, { format: 'modelfile' }))).state).toBe('succeeded');
  for (const ref of Object.values(before.model)) await getBytes(service.artifacts, ref);
});
