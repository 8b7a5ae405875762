import { jobPrefix } from '@lathe/contracts/artifact/key';
import type { Lineage } from '@lathe/contracts/artifact/lineage';
import type { ErasedJob } from '@lathe/contracts/http/erasure';
import type { JobRecord } from '@lathe/contracts/job/record';
import { checkpointKey, modelDeletedSubject, recordKey } from '@lathe/contracts/subject';
import { createLogger } from '@lathe/platform/log';
import { listEvents } from '@lathe/platform/nats/events';
import { openRecords } from '@lathe/platform/records/kv';
import { expect, test } from 'vitest';
import { placeSchema } from '../http/places.ts';
import { otherProject, project } from '../integration/gateway.fixture.ts';
import { oneGateway } from '../integration/one-gateway.fixture.ts';
import { claimSchema } from '../jobs/duplicates.ts';
import { eraseOldJobs } from './erasure.ts';

const gateway = oneGateway();

/** A job over a file of its own, created over HTTP and changed as the services would; `file` makes it share one. */
async function addJob(change: Partial<JobRecord> = {}, file?: string): Promise<JobRecord> {
  const body = { model: 'lathe-tiny', training_file: file ?? (await gateway.upload()) };
  const { id } = (await (await gateway.postJob(body)).json()) as { id: string };
  await gateway.patchJob(id, { state: 'succeeded', stage: 'done', finishedAt: 1000, ...change });
  const stored = await gateway.jobs.get(recordKey(project, id));
  return stored?.value ?? expect.fail(`no job ${id}`);
}

/** What a finished job leaves: artifacts, a checkpoint, its model under two names, and a result file. */
async function addResults(job: JobRecord): Promise<{ manifestKey: string; names: string[] }> {
  const prefix = jobPrefix(project, job.id);
  const manifestKey = `${prefix}/checkpoints/a/manifest.json`;
  const weights = `${prefix}/checkpoints/a/weights`;
  const bytes = new TextEncoder().encode('{}');
  for (const key of [
    weights,
    `${prefix}/dataset/a/manifest.json`,
    `${prefix}/report/a/report.json`,
  ])
    await gateway.artifacts.put(key, bytes);
  const ref = { key: weights, bytes: 2, sha256: '0'.repeat(64) };
  const manifest = {
    ...{ version: 1, jobId: job.id, epoch: 0, step: 5, baseModel: 'lathe-tiny', kind: 'adapter' },
    ...{ model: { weights: ref }, state: {}, metrics: { step: 5 } },
  };
  await gateway.artifacts.put(manifestKey, new TextEncoder().encode(JSON.stringify(manifest)));
  const names = [`ft:lathe-tiny:${job.id}`, `ft:lathe-tiny:${job.id}:ckpt-step-5`];
  for (const name of names)
    await gateway.addModel({
      ...{ version: 1, kind: 'adapter', name, project, createdAt: 1, base: 'lathe-tiny' },
      ...{ jobId: job.id, step: 5, manifestKey },
    });
  await gateway.checkpoints.put(checkpointKey(project, job.id, 5), {
    ...{ version: 1, id: 'ftckpt-1', project, jobId: job.id, createdAt: 1, step: 5 },
    ...{ model: names[1] as string, manifestKey, metrics: { step: 5 } },
  });
  return { manifestKey, names };
}

const erase = (id: string): Promise<Response> =>
  gateway.fetch(`/v1/lathe/jobs/${id}`, { method: 'DELETE' });

test('a job goes with all that belongs to it, and the answer says what stays', async () => {
  const result = await gateway.upload('evals');
  const job = await addJob({ resultFiles: [result] });
  const { manifestKey, names } = await addResults(job);
  const start = { base: 'lathe-tiny', kind: 'adapter', adaptation: { type: 'full' } } as const;
  const follower = await addJob({
    model: names[0] as string,
    start: { ...start, manifestKey: `${project}/jobs/x/start/manifest.json` },
  });
  const told: unknown[] = [];
  const deletions = gateway.nats.connection.subscribe(modelDeletedSubject, {
    callback: (_, message) => void told.push(message.json()),
  });
  await gateway.nats.connection.flush();
  const answer = (await (await erase(job.id)).json()) as ErasedJob;
  expect(answer).toEqual({
    id: job.id,
    object: 'fine_tuning.job',
    deleted: true,
    erased: { models: expect.arrayContaining(names), files: [result], events: 1, objects: 2 },
    still: { files: [job.trainingFile], jobs: [follower.id] },
  });
  const left: string[] = [];
  for await (const { key } of gateway.artifacts.list(jobPrefix(project, job.id))) left.push(key);
  expect(left).toEqual([]);
  expect(await gateway.models.list(project)).toEqual([]);
  expect(await gateway.checkpoints.list(recordKey(project, job.id))).toEqual([]);
  const query = { limit: 10, newestFirst: false };
  expect(await listEvents(gateway.nats, project, job.id, query)).toEqual([]);
  expect((await gateway.fetch(`/v1/files/${result}`)).status).toBe(404);
  expect((await gateway.fetch(`/v1/fine_tuning/jobs/${job.id}`)).status).toBe(404);
  expect((await erase(job.id)).status).toBe(404);
  // The name that goes last takes the files along.
  await expect.poll(() => told).toHaveLength(2);
  expect(told).toContainEqual(expect.objectContaining({ manifestKey }));
  deletions.unsubscribe();
});

test('an erasure that broke off is finished by asking again', async () => {
  const job = await addJob();
  const { names } = await addResults(job);
  await gateway.client.models.delete(names[0] as string);
  await gateway.artifacts.deletePrefix(`${jobPrefix(project, job.id)}/checkpoints`);
  expect(await (await erase(job.id)).json()).toMatchObject({ erased: { models: [names[1]] } });
  expect((await erase(job.id)).status).toBe(404);
});

test('a job that is not over, or whose model is yet to be copied, stays whole', async () => {
  const running = await addJob({ state: 'running', stage: 'train', finishedAt: null });
  const refused = await erase(running.id);
  expect(refused.status).toBe(409);
  expect(await refused.json()).toMatchObject({
    error: { message: expect.stringContaining('is running; cancel it'), param: 'id' },
  });
  const parent = await addJob();
  const { manifestKey } = await addResults(parent);
  const start = { base: 'lathe-tiny', kind: 'adapter', adaptation: { type: 'full' } } as const;
  const reader = await addJob({
    state: 'queued',
    stage: 'train',
    start: { ...start, manifestKey },
  });
  expect((await erase(parent.id)).status).toBe(409);
  expect(await gateway.artifacts.stat(manifestKey)).not.toBeNull();
  await gateway.patchJob(reader.id, { state: 'cancelled', stage: 'done' });
  expect((await erase(parent.id)).status).toBe(200);
});

test('another project cannot erase it', async () => {
  const job = await addJob();
  const { apiKey } = gateway.otherClient;
  const headers = { authorization: `Bearer ${apiKey}` };
  const url = `${gateway.url}/v1/lathe/jobs/${job.id}`;
  expect((await fetch(url, { method: 'DELETE', headers })).status, otherProject).toBe(404);
  expect((await gateway.fetch(`/v1/fine_tuning/jobs/${job.id}`)).status).toBe(200);
});

test('a file says which jobs hold its rows, and takes them along when asked', async () => {
  const file = await gateway.upload();
  const validated = await addJob({ validationFile: file });
  const trained = await addJob({}, file);
  const together = await addJob({ options: { data: { more_files: [file] } } });
  const all = [validated.id, trained.id, together.id].toSorted();
  const running = await addJob({ state: 'running', stage: 'train', finishedAt: null }, file);
  const remove = (query: string): Promise<Response> =>
    gateway.fetch(`/v1/files/${file}${query}`, { method: 'DELETE' });
  expect((await remove('?cascade=yes')).status).toBe(400);
  const refused = await remove('?cascade=true');
  expect(refused.status).toBe(409);
  expect(await refused.json()).toMatchObject({ error: { param: 'cascade' } });
  for (const id of all)
    expect((await gateway.fetch(`/v1/fine_tuning/jobs/${id}`)).status, id).toBe(200);
  await gateway.patchJob(running.id, { state: 'cancelled', stage: 'done', trainingFile: 'file-x' });
  const { lathe } = (await (await remove('?cascade=true')).json()) as {
    lathe: { jobs: string[]; erased_jobs: ErasedJob[] };
  };
  expect(lathe.jobs).toEqual([]);
  expect(lathe.erased_jobs.map(({ id }) => id).toSorted()).toEqual(all);

  const other = await gateway.upload();
  const job = await addJob({}, other);
  expect(await (await gateway.fetch(`/v1/files/${other}`, { method: 'DELETE' })).json()).toEqual({
    ...{ id: other, object: 'file', deleted: true },
    lathe: {
      ...{ jobs: [job.id], files: [], models: [], erased_jobs: [], erased_files: [] },
      ...{ eval_runs: [], erased_eval_runs: [], batches: [], erased_batches: [] },
    },
  });
});

/** Makes the file one that was made of others, as data work does. */
async function setMade(file: string, sources: string[], ancestors?: string[]): Promise<void> {
  const key = recordKey(project, file);
  const record = (await gateway.files.get(key))?.value ?? expect.fail(`no ${file}`);
  const request = { repair: { file: sources[0] as string } };
  const of = { filename: 'rows.jsonl', bytes: 1, sha256: '0'.repeat(64) };
  const lineage: Lineage = {
    ...{ version: 1, dataset: 'dset_1', converter: 1, request, rows: 1, unused: [] },
    ...{ rows_by_source: {}, evidence_file: null, other_side: null, writer: null },
    ...{ sources: sources.map((id) => ({ file: id, ...of })), ...(ancestors && { ancestors }) },
  };
  await gateway.files.put(key, { ...record, lineage });
}

test('a file tells what was made of it, step by step, and takes it along when asked', async () => {
  const [source, mixed, split, late, stranger] = (await Promise.all(
    [1, 2, 3, 4, 5].map(() => gateway.upload()),
  )) as [string, string, string, string, string];
  await setMade(split, [mixed]);
  await setMade(mixed, [source, stranger]);
  // What was between them is gone.
  await setMade(late, ['file-gone'], [source]);
  const job = await addJob({}, split);
  const { names } = await addResults(job);
  const told = await (await gateway.fetch(`/v1/files/${source}`)).json();
  const held = { jobs: [job.id], models: expect.arrayContaining(names) };
  const { files } = (told as { lathe: { files: string[] } }).lathe;
  expect(told).toMatchObject({ id: source, lathe: { ...held, lineage: null } });
  expect(files.toSorted()).toEqual([mixed, split, late].toSorted());
  const made = await (await gateway.fetch(`/v1/files/${split}`)).json();
  expect(made).toMatchObject({ lathe: { files: [], lineage: { sources: [{ file: mixed }] } } });
  const making = await gateway.fetch('/v1/lathe/datasets', {
    ...{ method: 'POST', body: JSON.stringify({ split: { file: split } }) },
  });
  const { id: dataset } = (await making.json()) as { id: string };
  const answer = await gateway.fetch(`/v1/files/${source}?cascade=true`, { method: 'DELETE' });
  const { lathe } = (await answer.json()) as { lathe: { erased_files: string[] } };
  expect(lathe).toMatchObject({ files: [], jobs: [], models: [], erased_jobs: [{ id: job.id }] });
  expect(lathe.erased_files.toSorted()).toEqual([mixed, split, late].toSorted());
  for (const gone of [source, mixed, split, late])
    expect((await gateway.fetch(`/v1/files/${gone}`)).status).toBe(404);
  expect((await gateway.fetch(`/v1/lathe/datasets/${dataset}`)).status).toBe(404);
  expect((await gateway.fetch(`/v1/files/${stranger}`)).status).toBe(200);

  const other = await gateway.upload();
  await setMade(stranger, [other]);
  const kept = await gateway.fetch(`/v1/files/${other}`, { method: 'DELETE' });
  expect(await kept.json()).toMatchObject({ lathe: { files: [stranger], erased_files: [] } });
  expect((await gateway.fetch(`/v1/files/${stranger}`)).status).toBe(200);
});

test('jobs past their retention are erased, younger and unfinished ones stay', async () => {
  const dayMs = 86_400_000;
  const now = 100 * dayMs;
  const finishedAt = (days: number): number => (now - days * dayMs) / 1000;
  const old = await addJob({ finishedAt: finishedAt(31) });
  const young = await addJob({ finishedAt: finishedAt(29) });
  const paused = await addJob({ state: 'paused', stage: 'train', finishedAt: null, createdAt: 1 });
  const claims = await openRecords(gateway.nats, 'lathe-idempotency', claimSchema);
  const places = await openRecords(gateway.nats, 'lathe-idempotency', placeSchema);
  const log = createLogger(gateway.config, 'test');
  const ports = { ...gateway, claims, places, log, now: () => now };
  await gateway.patchJob(young.id, { createdAt: 1 });
  await eraseOldJobs(ports, { retentionMs: 30 * dayMs });
  const ids = (await gateway.jobs.list(project)).map(({ value }) => value.id);
  expect(ids).not.toContain(old.id);
  expect(ids).toEqual(expect.arrayContaining([young.id, paused.id]));
});
