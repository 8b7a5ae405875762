/** What is left in the store of datasets that no job names: they hold rows, and a job that is erased takes none of them along. */
import { join } from 'node:path';
import { datasetPrefix, jobPrefix } from '@lathe/contracts/artifact/key';
import type { JobRecord } from '@lathe/contracts/job/record';
import { recordKey } from '@lathe/contracts/subject';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import { createLogger } from '@lathe/platform/log';
import { jobRecord } from '@lathe/testkit/job-record';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chatLines, modelName, startIngest } from '../integration/ingest.fixture.ts';
import { startRowThreads } from '../rows/rows.ts';
import { ingestDefaults } from '../settings.ts';
import { type IngestPorts, ingestJob } from './job.ts';

const log = createLogger({ logLevel: 'silent', logFormat: 'json' }, 'test');
const threads = startRowThreads(1, log);
let service: Awaited<ReturnType<typeof startIngest>>;

beforeAll(async () => {
  service = await startIngest();
});
afterAll(async () => {
  await threads.stop();
  await service[Symbol.asyncDispose]();
});

const ports = (onPut: (key: string) => Promise<void> = async () => undefined): IngestPorts => {
  const artifacts: ArtifactStore = {
    ...service.artifacts,
    async put(key, source, options) {
      const stored = await service.artifacts.put(key, source, options);
      await onPut(key);
      return stored;
    },
  };
  return {
    ...{ ...service, artifacts, rowThreads: threads, log, now: Date.now },
    modelFolders: [join(service.config.dataFolder, 'models')],
    settings: { ...ingestDefaults, cancelPollMs: 5 },
    spoolFolder: service.config.dataFolder,
    publishEvent: async () => undefined,
    publishTrain: async () => undefined,
  };
};
const keyOf = ({ project, id }: JobRecord) => recordKey(project, id);
const context = { signal: new AbortController().signal, progress: () => undefined };
const messageOf = ({ project, id }: JobRecord) =>
  ({ version: 1, project, jobId: id, epoch: 0, requestId: 'req_1' }) as const;

async function create(seed: number): Promise<JobRecord> {
  const trainingFile = await service.upload(chatLines(40));
  const record = jobRecord({ model: modelName, trainingFile, seed });
  await service.jobs.create(keyOf(record), record);
  return record;
}

async function left({ project, id }: JobRecord): Promise<string[]> {
  const found = await Array.fromAsync(service.artifacts.list(jobPrefix(project, id)));
  return found.map(({ key }) => key);
}

it('of a job that is erased while its rows are written nothing is left', async () => {
  const job = await create(1);
  let isErased = false;
  const outcome = await ingestJob(
    ports(async (key) => {
      if (isErased || !key.endsWith('.shard')) return;
      isErased = true;
      await service.jobs.put(keyOf(job), { ...job, state: 'cancelled' });
      await service.artifacts.deletePrefix(jobPrefix(job.project, job.id));
      await service.jobs.delete(keyOf(job));
    }),
    messageOf(job),
    context,
  );
  expect(isErased).toBe(true);
  expect(outcome.kind).toBe('drop');
  expect(await left(job)).toEqual([]);
});

it('of a try that fails nothing is left', async () => {
  const job = await create(2);
  const failing = ports(async (key) => {
    if (key.endsWith('report.json')) throw new Error('the store broke');
  });
  await expect(ingestJob(failing, messageOf(job), context)).rejects.toThrow();
  expect(await left(job)).toEqual([]);
});

it('what an ingest that was killed had written goes when another one has made the dataset', async () => {
  const job = await create(3);
  const killed = datasetPrefix(job.project, job.id, 'at_killed');
  await service.artifacts.put(`${killed}/train-00000.shard`, Buffer.from('rows'));
  expect(await ingestJob(ports(), messageOf(job), context)).toEqual({ kind: 'done' });
  const { datasetKey } = (await service.jobs.get(keyOf(job)))?.value ?? expect.fail('no job');
  const folder = datasetKey?.replace(/manifest\.json$/, '') ?? expect.fail('no dataset');
  const keys = await left(job);
  expect(keys).toContain(datasetKey);
  expect(keys.filter((key) => !key.startsWith(folder))).toEqual([]);
});
