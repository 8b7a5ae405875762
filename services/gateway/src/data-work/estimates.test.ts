import { readFileSync } from 'node:fs';
import { type InspectionReport, inspectionObjects } from '@lathe/contracts/artifact/inspection';
import { dataWorkPrefix } from '@lathe/contracts/artifact/key';
import { type Estimate, estimateSchema } from '@lathe/contracts/http/estimate';
import type { ResolvedSettings } from '@lathe/contracts/job/record';
import { needsQuestionSchema } from '@lathe/contracts/message/job-needs';
import { type DataWorkRecord, endDataWork } from '@lathe/contracts/record/data-work';
import { startsVersion } from '@lathe/contracts/record/worker';
import { modelKey, needsSubject, recordKey } from '@lathe/contracts/subject';
import { afterEach, expect, test } from 'vitest';
import { project } from '../integration/gateway.fixture.ts';
import { oneGateway } from '../integration/one-gateway.fixture.ts';
import { workerOf } from '../integration/other-project.fixture.ts';

const gateway = oneGateway({ inspectWaitMs: 0, cancelPollMs: 5 });
afterEach(async () => {
  for (const { key } of await gateway.dataWork.list('')) await gateway.dataWork.delete(key);
});

const ask = (body: object) =>
  gateway.fetch('/v1/fine_tuning/jobs/estimate', { method: 'POST', body: JSON.stringify(body) });
const told = async (response: Response): Promise<Estimate> =>
  estimateSchema.strict().parse(await response.json());

const plan = {
  ...{ epochs: 3, batchSize: 4, learningRate: 0.001, examples: 10, steps: 9 },
  ...{ trainRows: 10, trainTokens: 200, heldOutRows: 2, detectableGain: null },
  shows: '2 held-out rows are too few to tell a gain from chance.',
};
const report: InspectionReport = {
  ...{ version: 1, refusal: null, model: 'lathe-tiny', task: { type: 'generation' } },
  ...{ dataset: null, plan },
};

const manifest = JSON.parse(
  readFileSync(
    new URL('../../../../packages/contracts/fixtures/dataset-manifest.1.json', import.meta.url),
    'utf8',
  ),
) as object;

/** Ends an inspection as an ingest would. */
async function finish(
  id: string,
  found: InspectionReport = report,
  settings?: ResolvedSettings,
): Promise<void> {
  const key = `${dataWorkPrefix(project, id)}/at_1/report.json`;
  const put = await gateway.artifacts.put(key, Buffer.from(JSON.stringify(found)));
  const store = async (name: string, value: object) => {
    const at = key.replace('report.json', name);
    return {
      [name]: { key: at, ...(await gateway.artifacts.put(at, Buffer.from(JSON.stringify(value)))) },
    };
  };
  const objects = {
    [inspectionObjects.report]: { key, ...put },
    ...(await store(inspectionObjects.manifest, manifest)),
    ...(settings && (await store(inspectionObjects.settings, settings))),
  };
  const result = { objects, files: [] };
  const record = recordKey(project, id);
  const work: DataWorkRecord = (await gateway.dataWork.get(record))?.value ?? expect.fail(id);
  await gateway.dataWork.put(record, endDataWork(work, { state: 'succeeded', result }, 2000));
}

const unknown = {
  ...{ task: null, training_rows: null, held_out_rows: null, detectable_gain: null },
  ...{ training_tokens: null, epochs: null, batch_size: null, learning_rate: null },
  ...{ steps: null, seconds: null, seed: 1, memory_bytes: null, disk_bytes: null },
};

test('a job is estimated by one reading of its files, and none is created', async () => {
  const body = { model: 'lathe-tiny', training_file: await gateway.upload(), suffix: 'mine' };
  const begun = await ask(body);
  expect(begun.status).toBe(202);
  const { inspection, queue, ...first } = await told(begun);
  expect(queue).toMatchObject({
    position: 1,
    reason: expect.stringContaining('No training worker'),
  });
  expect(first).toEqual({
    ...{ object: 'lathe.estimate', status: 'queued', refusals: [], model: 'lathe-tiny' },
    ...unknown,
  });
  await finish(inspection as string);
  const known = {
    ...{ object: 'lathe.estimate', status: 'succeeded', inspection, refusals: [] },
    ...{ model: 'lathe-tiny', task: { type: 'generation' }, training_rows: 10, held_out_rows: 2 },
    ...{ detectable_gain: null, training_tokens: 600, epochs: 3, batch_size: 4 },
    held_out_rows_show: '2 held-out rows are too few to tell a gain from chance.',
    ...{ learning_rate: 0.001, steps: 9, seconds: null, seed: 1, memory_bytes: null },
    ...{ disk_bytes: null, queue },
  };
  for (let time = 0; time < 2; time++) {
    const again = await ask(body);
    expect(again.status).toBe(200);
    expect(await told(again)).toEqual(known);
  }
  expect(await gateway.jobs.list('')).toEqual([]);
  // Other options read the files in another way.
  expect((await told(await ask({ ...body, lathe: { max_tokens: 64 } }))).inspection).not.toBe(
    inspection,
  );
});

test('the time is a range of what such jobs have taken', async () => {
  const body = { model: 'lathe-tiny', training_file: await gateway.upload() };
  const jobs: string[] = [];
  const done = async (seconds: number, change: object, create: object = {}) => {
    const { id } = await gateway.client.fineTuning.jobs.create({ ...body, ...create });
    jobs.push(id);
    await gateway.patchJob(id, {
      ...{ state: 'succeeded', startedAt: 1000, finishedAt: 1000 + seconds, trainedTokens: 1200 },
      ...change,
    });
  };
  await done(10, { memoryBytes: 5_000_000 });
  await done(31, {});
  await done(1, { state: 'failed' });
  await done(1, { trainedTokens: null });
  await done(1, {}, { method: { type: 'dpo' } });
  const { inspection } = await told(await ask(body));
  await finish(inspection as string);
  expect(await told(await ask({ ...body, lathe: {} }))).toMatchObject({
    ...{ seconds: { least: 5, most: 16, jobs: 2 }, memory_bytes: 5_000_000 },
  });
  const limited = { ...body, lathe: { memory_limit: 2 ** 27, adaptation: { type: 'ia3' } } };
  expect(await told(await ask(limited))).toMatchObject({ seed: 1, memory_bytes: 2 ** 27 });
  const other = { ...body, lathe: { adaptation: { type: 'ia3' } } };
  expect((await told(await ask(other))).memory_bytes).toBeNull();
  for (const id of jobs) await gateway.jobs.delete(recordKey(project, id));
});

test('its memory and its disk are what a trainer tells of its settings and rows', async () => {
  const settings = {
    ...{ epochs: 3, batchSize: 4, learningRateMultiplier: 1, learningRate: 0.001 },
    adaptation: { type: 'lora', rank: 4 },
  } as const;
  const questions = gateway.nats.connection.subscribe(needsSubject, {
    callback: (_, message) => {
      const { job } = needsQuestionSchema.parse(message.json());
      const isMeant = job.settings?.epochs === 3 && job.datasetKey?.endsWith('/manifest.json');
      const files = { model: 1000, state: 3000, states: 6000 };
      message.respond(JSON.stringify({ memoryBytes: isMeant ? 123 : 0, files }));
    },
  });
  const body = { model: 'lathe-tiny', training_file: await gateway.upload(), seed: 9 };
  const begun = await told(await ask(body));
  expect(begun.memory_bytes).toBeNull();
  await finish(begun.inspection as string, report, settings);
  const { memory_bytes, disk_bytes } = await told(await ask(body));
  expect(memory_bytes).toBe(123);
  // The sizes of the manifest; three epochs of three steps, the last of which ends in the result.
  expect(disk_bytes).toEqual({
    ...{ dataset: 50, model: 1000, models: 3, states: 6000 },
    ...{ store: 50 + 3 * 1000 + 6000, worker: 20 + 1000 + 3000 },
  });
  questions.unsubscribe();
  const untold = await told(await ask(body));
  expect(untold.memory_bytes).toBeNull();
  expect(untold.disk_bytes).toMatchObject({ dataset: 50, store: null, worker: null });
});

test('all that the creation or the reading would refuse is told, where the body can be read', async () => {
  const file = await gateway.upload();
  const refused = await ask({ model: 'nobody', training_file: file, suffix: '-' });
  expect(refused.status).toBe(200);
  const { refusals, ...rest } = await told(refused);
  expect(refusals.map(({ code, param }) => [code, param])).toEqual([
    ['invalid_value', 'suffix'],
    ['model_not_found', 'model'],
  ]);
  expect(rest).toMatchObject({ status: null, inspection: null, queue: null, ...unknown });
  const gone = await told(await ask({ model: 'lathe-tiny', training_file: 'file-none' }));
  expect(gone.refusals).toMatchObject([{ code: 'not_found', param: 'training_file' }]);
  expect(await gateway.dataWork.list(project)).toEqual([]);
  for (const body of [{ model: 'lathe-tiny' }, { model: 'x', training_file: file, speed: 1 }])
    expect((await ask(body)).status).toBe(400);

  const body = { model: 'lathe-tiny', training_file: file };
  const { inspection } = await told(await ask(body));
  const refusal: InspectionReport['refusal'] = {
    code: 'invalid_file_format',
    message: 'Line 1 is wrong.',
    param: 'training_file',
  };
  const { plan: _, ...found } = report;
  await finish(inspection as string, { ...found, refusal });
  const read = await told(await ask(body));
  expect(read.refusals).toMatchObject([{ message: 'Line 1 is wrong.', param: 'training_file' }]);
  expect(read.steps).toBeNull();
  expect(read.queue).toBeNull();
});

test('a dry run of the creation is the estimate, and tells where the job would stand', async () => {
  const training_file = await gateway.upload();
  const body = { model: 'lathe-tiny', training_file };
  const dryRun = (asked: object, query = '?dry_run=true') =>
    gateway.fetch(`/v1/fine_tuning/jobs${query}`, { method: 'POST', body: JSON.stringify(asked) });
  const limited = { ...body, lathe: { memory_limit: 8e9 } };
  const begun = await dryRun(limited);
  expect(begun.status).toBe(202);
  const { inspection } = await told(begun);
  await finish(inspection as string);
  await gateway.aliases.put(modelKey(project, 'other-name'), {
    ...{ version: 1, id: 'other-name', project, createdAt: 1 },
    target: { kind: 'model', model: 'lathe-tiny' },
  });
  // The worker of the fixture offers 6 GB.
  await gateway.workers.put('small', {
    ...workerOf('small', []),
    versions: { recipe: startsVersion },
  });
  const ran = await dryRun({ ...limited, model: 'other-name' });
  expect(ran.status).toBe(200);
  expect(await told(ran)).toMatchObject({
    ...{ status: 'succeeded', inspection, steps: 9, memory_bytes: 8e9, refusals: [] },
    queue: { position: 1, reason: expect.stringContaining('the largest worker offers 5.6 GiB') },
  });
  const judge = { type: 'score_model', name: 'judge', model: 'nobody', input: [] };
  const grader = { ...judge, input: [{ role: 'user', content: '{{sample.output_text}}' }] };
  const rewarded = { ...body, method: { type: 'reinforcement', reinforcement: { grader } } };
  expect((await told(await dryRun(rewarded))).refusals).toMatchObject([
    { code: 'model_not_found', param: 'method.reinforcement.grader.model' },
  ]);
  for (const query of ['?dry_run=yes', '?dry=true'])
    expect((await dryRun(body, query)).status).toBe(400);
  expect(await gateway.jobs.list('')).toEqual([]);
  expect((await (await dryRun(body, '?dry_run=false')).json()) as object).toMatchObject({
    object: 'fine_tuning.job',
  });
});
