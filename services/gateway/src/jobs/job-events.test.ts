import type { EvaluationReport } from '@lathe/contracts/artifact/report';
import { publishEvent } from '@lathe/platform/nats/events';
import { beforeAll, expect, test } from 'vitest';
import { project } from '../integration/gateway.fixture.ts';
import { oneGateway } from '../integration/one-gateway.fixture.ts';

const gateway = oneGateway();
let jobId: string;

beforeAll(async () => {
  const job = await gateway.client.fineTuning.jobs.create({
    model: 'lathe-tiny',
    training_file: await gateway.upload(),
  });
  jobId = job.id;
});

function publish(id: string, step: number): Promise<number> {
  const event = {
    version: 1,
    project,
    jobId: id,
    name: 'metrics',
    createdAt: 1000,
    level: 'info',
    message: `Step ${step}`,
    type: 'metrics',
    data: { step, train_loss: 1 / step },
  } as const;
  return publishEvent(gateway.nats, event, `metrics:${step}`);
}

test('pages stay whole while new events arrive', async () => {
  for (let step = 1; step <= 130; step++)
    await Promise.all([publish(jobId, step), publish('ftjob-someotherjob', step)]);
  const seen: string[] = [];
  let arriving = 130;
  for await (const event of gateway.client.fineTuning.jobs.listEvents(jobId, { limit: 20 })) {
    seen.push(event.message);
    if (seen.length % 15 === 0) await publish(jobId, ++arriving);
  }
  const steps = Array.from({ length: 130 }, (_, index) => `Step ${130 - index}`);
  expect(seen).toEqual([...steps, `Created fine-tuning job: ${jobId}`]);
  const newest = await gateway.client.fineTuning.jobs.listEvents(jobId, { limit: 1 });
  expect(newest.data[0]).toMatchObject({
    object: 'fine_tuning.job.event',
    message: `Step ${arriving}`,
    type: 'metrics',
    data: { step: arriving },
    level: 'info',
    created_at: 1000,
  });
  expect(newest.has_more).toBe(true);
});

test('a cursor that is no event is refused', async () => {
  const list = gateway.client.fineTuning.jobs.listEvents(jobId, { after: 'ftevent-x' });
  await expect(list).rejects.toMatchObject({ status: 400, param: 'after' });
});

test('checkpoints are listed newest first, in pages', async () => {
  for (const step of [5, 10, 15])
    await gateway.checkpoints.put(`${project}.${jobId}.${String(step).padStart(9, '0')}`, {
      version: 1,
      id: `ftckpt_${step}`,
      project,
      jobId,
      createdAt: step,
      step,
      model: `ft:lathe-tiny:default::x:ckpt-step-${step}`,
      manifestKey: 'a/b',
      metrics: { step, train_loss: 0.5, full_valid_loss: 0.25 },
    });
  const steps: number[] = [];
  const { checkpoints } = gateway.client.fineTuning.jobs;
  for await (const checkpoint of checkpoints.list(jobId, { limit: 2 }))
    steps.push(checkpoint.step_number);
  expect(steps).toEqual([15, 10, 5]);
  expect((await checkpoints.list(jobId)).data[0]).toEqual({
    id: 'ftckpt_15',
    object: 'fine_tuning.job.checkpoint',
    created_at: 15,
    fine_tuned_model_checkpoint: 'ft:lathe-tiny:default::x:ckpt-step-15',
    fine_tuning_job_id: jobId,
    step_number: 15,
    metrics: { step: 15, train_loss: 0.5, full_valid_loss: 0.25 },
  });
});

test('reports are 404 until they exist, then whole', async () => {
  const read = (what: string) => gateway.client.get(`/lathe/jobs/${jobId}/${what}`);
  await expect(read('report')).rejects.toMatchObject({ status: 404, code: 'not_found' });
  await expect(read('dataset')).rejects.toMatchObject({ status: 404 });
  const report: EvaluationReport = {
    version: 2,
    jobId,
    task: 'generation',
    headline: 'exact match',
    verdict: '',
    notes: [],
    fineTunedModel: 'ft',
    baseModel: 'lathe-tiny',
    heldOutSource: 'split',
    rows: 1,
    sampled: false,
    contestants: [],
    comparisons: [],
    slices: [],
    warnings: [],
    samples: [],
  };
  const sha256 = 'a'.repeat(64);
  const ref = (key: string) => ({ key, bytes: 1, sha256 });
  const part = {
    rows: 1,
    tokens: 1,
    supervisedTokens: 1,
    longest: 1,
    shards: [],
    canonical: ref('a'),
  };
  const dataset = {
    version: 1,
    rows: { read: 1, kept: 1, rejected: 0, duplicates: 0 },
    tokens: { p50: 1, p95: 1, p99: 1, max: 1, total: 1, supervised: 1 },
    packing: { windowTokens: 1, windows: 1, filled: 1 },
    findings: [],
    moreFindings: 0,
  };
  const manifest = {
    version: 1,
    jobId,
    kind: 'chat',
    baseModel: 'lathe-tiny',
    tokenizerSha256: sha256,
    templateSha256: null,
    heldOutSource: 'split',
    train: part,
    heldOut: part,
    report: ref('default/dataset.json'),
  };
  const put = (key: string, value: unknown) =>
    gateway.artifacts.put(key, new TextEncoder().encode(JSON.stringify(value)));
  await put('default/report.json', report);
  await put('default/dataset.json', dataset);
  await put('default/manifest.json', manifest);
  await gateway.patchJob(jobId, {
    reportKey: 'default/report.json',
    datasetKey: 'default/manifest.json',
  });
  expect(await read('report')).toEqual(report);
  expect(await read('dataset')).toEqual(dataset);
});

test('a result file is served as text under its purpose', async () => {
  const csv = 'step,train_loss\n1,0.5\n';
  const key = `${project}/files/file-resultsresults`;
  const { bytes, sha256 } = await gateway.artifacts.put(key, new TextEncoder().encode(csv));
  await gateway.files.put(`${project}.file-resultsresults`, {
    version: 1,
    id: 'file-resultsresults',
    project,
    createdAt: 1,
    createdMs: 1000,
    expiresAt: null,
    filename: 'step_metrics.csv',
    purpose: 'fine-tune-results',
    bytes,
    sha256,
    key,
    status: 'processed',
    statusDetails: null,
  });
  const file = await gateway.client.files.retrieve('file-resultsresults');
  expect(file).toMatchObject({ purpose: 'fine-tune-results', filename: 'step_metrics.csv' });
  expect(await (await gateway.client.files.content(file.id)).text()).toBe(csv);
});
