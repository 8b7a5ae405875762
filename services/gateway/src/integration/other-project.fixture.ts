import type { ObjectRef } from '@lathe/contracts/artifact/dataset';
import { inspectionObjects } from '@lathe/contracts/artifact/inspection';
import { evalItemKey, storedCompletionPrefix } from '@lathe/contracts/artifact/key';
import { newId } from '@lathe/contracts/id';
import { batchRecordSchema } from '@lathe/contracts/record/batch';
import { dataWorkRecordSchema, isOfKind } from '@lathe/contracts/record/data-work';
import { evalRecordSchema } from '@lathe/contracts/record/eval';
import { evalRunRecordSchema } from '@lathe/contracts/record/eval-run';
import { exportRecordSchema } from '@lathe/contracts/record/export';
import { keyRecordSchema } from '@lathe/contracts/record/key';
import { storedCompletionRecordSchema } from '@lathe/contracts/record/stored-completion';
import { uploadRecordSchema } from '@lathe/contracts/record/upload';
import type { WorkerRecord } from '@lathe/contracts/record/worker';
import { checkpointKey, modelKey, recordKey } from '@lathe/contracts/subject';
import { toFile } from 'openai';
import { expect } from 'vitest';
import { readExample } from './examples.fixture.ts';
import { jsonl, otherProject, type TestGateway } from './gateway.fixture.ts';

/** A stored example of a contract with changes, put where a record can name it. */
async function putExample(
  { artifacts }: TestGateway,
  {
    name,
    key,
    change = {},
  }: { readonly name: string; readonly key: string; readonly change?: object },
): Promise<string> {
  const example = await readExample(name);
  await artifacts.put(key, Buffer.from(JSON.stringify({ ...example, ...change })));
  return key;
}

/** For tests: gives the other project one of everything: a file, and a job that is over with all that it made. */
export async function furnishOther(gateway: TestGateway) {
  const { otherClient: client, jobs, checkpoints } = gateway;
  const upload = await toFile(Buffer.from(jsonl), 'rows.jsonl');
  const file = (await client.files.create({ file: upload, purpose: 'fine-tune' })).id;
  const job = (await client.fineTuning.jobs.create({ model: 'lathe-tiny', training_file: file }))
    .id;
  const bytes = Buffer.from('{}');
  const stored = {
    key: `${otherProject}/small`,
    ...(await gateway.artifacts.put(`${otherProject}/small`, bytes)),
  };
  const report = {
    version: 1,
    rows: { read: 1, kept: 1, rejected: 0, duplicates: 0 },
    tokens: { p50: 1, p95: 1, p99: 1, max: 1, total: 1, supervised: 1 },
    packing: { windowTokens: 1, windows: 1, filled: 1 },
    findings: [],
    moreFindings: 0,
  };
  const rows = `${otherProject}/rows.json`;
  const rowsRef = {
    key: rows,
    ...(await gateway.artifacts.put(rows, Buffer.from(JSON.stringify(report)))),
  };
  const model = `ft:lathe-tiny:${otherProject}::secret`;
  const manifestKey = await putExample(gateway, {
    ...{ name: 'checkpoint-manifest', key: `${otherProject}/manifest.json` },
    change: { model: { 'adapter_config.json': stored } },
  });
  const key = recordKey(otherProject, job);
  const record = (await jobs.get(key))?.value ?? expect.fail('no job');
  await jobs.put(key, {
    ...record,
    state: 'succeeded',
    fineTunedModel: model,
    checkpointKey: manifestKey,
    datasetKey: await putExample(gateway, {
      ...{ name: 'dataset-manifest', key: `${otherProject}/data.json` },
      change: { report: rowsRef },
    }),
    reportKey: await putExample(gateway, {
      ...{ name: 'evaluation-report', key: `${otherProject}/report.json` },
    }),
  });
  const owned = { version: 1, project: otherProject, jobId: job, createdAt: 1, step: 1 } as const;
  await checkpoints.put(checkpointKey(otherProject, job, 1), {
    ...owned,
    id: 'ftckpt_secret',
    model: `${model}:ckpt-step-1`,
    manifestKey,
    metrics: { step: 1 },
  });
  await gateway.addModel({
    ...owned,
    kind: 'adapter',
    name: model,
    base: 'lathe-tiny',
    manifestKey,
  });
  await gateway.workers.put(
    'worker-a',
    workerOf('worker-a', [{ project: otherProject, jobId: job }]),
  );
  const alias = 'secret-alias';
  await gateway.aliases.put(modelKey(otherProject, alias), {
    ...{ version: 1, id: alias, project: otherProject, createdAt: 1 },
    target: { kind: 'model', model },
  });
  const day = new Date().toISOString().slice(0, 10);
  await gateway.usage.put(recordKey(otherProject, `${day}.gateway_secret`), {
    ...{ version: 1, project: otherProject, day, gateway: 'gateway_secret' },
    models: [{ model, requests: 1, inputTokens: 1, outputTokens: 1 }],
  });
  const inspection = await addInspection(gateway, file);
  const dataset = await addDataset(gateway, file);
  return {
    file,
    job,
    model,
    alias,
    worker: 'worker-a',
    inspection,
    dataset,
    ...(await addEval(gateway)),
    upload: await addUpload(gateway),
    batch: await addBatch(gateway),
    export: await addExport(gateway, { model, manifestKey, file: stored }),
    completion: await addCompletion(gateway),
    key: await addKey(gateway),
  };
}

/** An eval with a run that has answered a row. */
async function addEval(gateway: TestGateway): Promise<{ eval: string; run: string }> {
  const made = evalRecordSchema.parse(await readExample('eval-record'));
  const run = evalRunRecordSchema.parse(await readExample('eval-run-record'));
  await gateway.evals.put(recordKey(otherProject, made.id), { ...made, project: otherProject });
  await gateway.evalRuns.put(recordKey(otherProject, run.id), { ...run, project: otherProject });
  const answered = { index: 0, status: 'pass' } as const;
  await putExample(gateway, {
    ...{ name: 'eval-item', key: evalItemKey(otherProject, run.id, answered) },
  });
  return { eval: made.id, run: run.id };
}

/** A file that came in parts. */
async function addUpload(gateway: TestGateway): Promise<string> {
  const upload = uploadRecordSchema.parse(await readExample('upload-record'));
  const own = { ...upload, project: otherProject };
  await gateway.uploads.put(recordKey(otherProject, upload.id), own);
  return upload.id;
}

/** A batch that is over. */
async function addBatch(gateway: TestGateway): Promise<string> {
  const batch = batchRecordSchema.parse(await readExample('batch-record'));
  await gateway.batches.put(recordKey(otherProject, batch.id), { ...batch, project: otherProject });
  return batch.id;
}

/** An export of the model, of one file. */
async function addExport(
  gateway: TestGateway,
  of: { readonly model: string; readonly manifestKey: string; readonly file: ObjectRef },
): Promise<string> {
  const made = exportRecordSchema.parse(await readExample('export-record'));
  const { file, ...model } = of;
  const result = { files: { 'adapter_config.json': file }, dtype: null, replay: null, notes: [] };
  const own = { ...made, ...model, project: otherProject, result };
  await gateway.exports.put(recordKey(otherProject, made.id), own);
  return made.id;
}

/** A key that was made over the API. */
async function addKey(gateway: TestGateway): Promise<string> {
  const key = keyRecordSchema.parse(await readExample('key-record'));
  await gateway.keys.put(recordKey(otherProject, key.id), { ...key, project: otherProject });
  return key.id;
}

/** A completion that was stored. */
async function addCompletion(gateway: TestGateway): Promise<string> {
  const record = storedCompletionRecordSchema.parse(await readExample('stored-completion-record'));
  const key = `${storedCompletionPrefix(otherProject, record.id)}/completion.json`;
  const own = { ...record, project: otherProject, key };
  await gateway.storedCompletions.put(recordKey(otherProject, record.id), own);
  await putExample(gateway, { name: 'kept-completion', key });
  return record.id;
}

/** An inspection of the file that has come to its end. */
async function addInspection(gateway: TestGateway, file: string): Promise<string> {
  const example = dataWorkRecordSchema.parse(await readExample('data-work-record'));
  const { id } = example;
  const objects: Record<string, { key: string; bytes: number; sha256: string }> = {};
  for (const name of Object.values(inspectionObjects)) {
    const key = `${otherProject}/data-work/${id}/at_1/${name}`;
    await putExample(gateway, { name: 'inspection-report', key });
    objects[name] = { key, bytes: 1, sha256: '0'.repeat(64) };
  }
  await gateway.dataWork.put(recordKey(otherProject, id), {
    ...example,
    project: otherProject,
    input: isOfKind(example, 'inspect')
      ? { ...example.input, trainingFile: file }
      : expect.fail('the example is no inspection'),
    result: { objects, files: [] },
  });
  return id;
}

/** A dataset that was made of the file and is it. */
async function addDataset(gateway: TestGateway, file: string): Promise<string> {
  const id = newId('dataset');
  const key = recordKey(otherProject, file);
  const record = (await gateway.files.get(key))?.value ?? expect.fail('no file');
  await gateway.files.put(key, {
    ...record,
    lineage: {
      ...{ version: 1, dataset: id, converter: 1, request: { repair: { file } }, sources: [] },
      ...{ rows: 1, unused: [], rows_by_source: {}, evidence_file: null, other_side: null },
      writer: null,
    },
  });
  await gateway.dataWork.put(recordKey(otherProject, id), {
    ...{ version: 1, id, project: otherProject, createdAt: 1, createdMs: 1, requestId: 'req_1' },
    input: { kind: 'dataset', request: { repair: { file } } },
    ...{ state: 'succeeded', progress: null, error: null, finishedAt: 2 },
    result: { objects: {}, files: [file] },
  });
  return id;
}

/** For tests: a worker with these runs, which is there for so many milliseconds. */
export function workerOf(
  id: string,
  runs: readonly { project: string; jobId: string }[],
  aliveMs = 60_000,
): WorkerRecord {
  return {
    version: 1,
    id,
    address: '10.0.0.7:4000',
    devices: [{ kind: 'cpu', name: '2 cores', memoryBytes: 8e9 }],
    memoryBytes: 6e9,
    models: [
      {
        name: 'lathe-tiny',
        weightBytes: 1,
        layers: 1,
        hiddenSize: 1,
        intermediateSize: 1,
        vocabularySize: 1,
      },
    ],
    slots: 2,
    freeSlots: 2 - runs.length,
    draining: false,
    runs: runs.map((run) => ({ ...run, epoch: 1, memoryBytes: 1 })),
    versions: { node: '24' },
    announcedAt: Date.now(),
    expiresAt: Date.now() + aliveMs,
    proof: 'hush',
  };
}
