import type { JobRecord } from '@lathe/contracts/job/record';
import { recordKey, streams } from '@lathe/contracts/subject';
import OpenAI, { ConflictError } from 'openai';
import { beforeAll, expect, test } from 'vitest';
import { apiKey, project } from '../integration/gateway.fixture.ts';
import { oneGateway } from '../integration/one-gateway.fixture.ts';

const gateway = oneGateway({ cancelWaitMs: 500, cancelPollMs: 20 });
let trainingFile: string;

beforeAll(async () => {
  trainingFile = await gateway.upload();
});

/** A job as it stands after the change. */
async function jobWith(change: Partial<JobRecord>): Promise<string> {
  const { id } = await gateway.client.fineTuning.jobs.create({
    model: 'lathe-tiny',
    training_file: trainingFile,
  });
  await gateway.patchJob(id, change);
  return id;
}
async function record(id: string): Promise<JobRecord> {
  const stored = await gateway.jobs.get(recordKey(project, id));
  if (stored === null) throw new Error(`no job ${id}`);
  return stored.value;
}
async function lastWork(stage: string): Promise<unknown> {
  const message = await gateway.nats.manager.streams.getMessage(streams.work.name, {
    last_by_subj: `lathe.work.${stage}`,
  });
  return message?.json();
}
async function messages(id: string): Promise<string[]> {
  const events = await gateway.client.fineTuning.jobs.listEvents(id);
  return events.data.map(({ message }) => message);
}

test.each(['validating_files', 'queued', 'paused'] as const)(
  'a %s job is cancelled at once',
  async (state) => {
    const id = await jobWith({ state });
    const job = await gateway.client.fineTuning.jobs.cancel(id);
    expect(job.status).toBe('cancelled');
    expect(job.finished_at).not.toBeNull();
    expect(await messages(id)).toContain('The job was cancelled.');
    expect(await record(id)).toMatchObject({ desired: 'cancel', stage: 'done' });
  },
);

test('cancel waits until a running job has stopped', async () => {
  const id = await jobWith({ state: 'running', stage: 'train' });
  const answer = gateway.client.fineTuning.jobs.cancel(id);
  await expect.poll(async () => (await record(id)).desired).toBe('cancel');
  await gateway.patchJob(id, { state: 'cancelled', finishedAt: 9, stage: 'done' });
  expect((await answer).status).toBe('cancelled');
});

test('cancel answers with the running job when it takes too long to stop', async () => {
  const id = await jobWith({ state: 'running', stage: 'train' });
  const job = await gateway.client.fineTuning.jobs.cancel(id);
  expect(job.status).toBe('running');
  expect((await record(id)).desired).toBe('cancel');
});

test('a job that is over cannot be commanded, and the client does not try again', async () => {
  const id = await jobWith({ state: 'succeeded', stage: 'done' });
  let tries = 0;
  const { jobs } = new OpenAI({
    apiKey,
    baseURL: `${gateway.url}/v1`,
    maxRetries: 2,
    fetch: (url, init) => {
      tries++;
      return fetch(url, init);
    },
  }).fineTuning;
  for (const command of [() => jobs.cancel(id), () => jobs.pause(id), () => jobs.resume(id)]) {
    const error = await command().catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(ConflictError);
    expect(error).toMatchObject({ code: 'invalid_state', type: 'invalid_request_error' });
    expect((error as ConflictError).message).toContain('succeeded');
  }
  expect(tries).toBe(3);
});

test('a queued job pauses at once and resumes under a new epoch', async () => {
  const id = await jobWith({ state: 'queued', stage: 'train' });
  const { jobs } = gateway.client.fineTuning;
  expect((await jobs.pause(id)).status).toBe('paused');
  expect((await jobs.pause(id)).status).toBe('paused');
  expect((await jobs.resume(id)).status).toBe('queued');
  expect(await record(id)).toMatchObject({ epoch: 1, desired: 'run', stage: 'train' });
  expect(await lastWork('train')).toMatchObject({ jobId: id, epoch: 1 });
  expect((await messages(id)).slice(0, 2)).toEqual(['The job was resumed.', 'The job was paused.']);
  await expect(jobs.resume(id)).rejects.toThrow(ConflictError);
});

test('a running job is asked to pause, and the wish can be taken back', async () => {
  const id = await jobWith({ state: 'running', stage: 'train' });
  const { jobs } = gateway.client.fineTuning;
  expect(await jobs.pause(id)).toMatchObject({ status: 'running', lathe: { stopping: 'pause' } });
  expect((await record(id)).desired).toBe('pause');
  expect(await jobs.resume(id)).toMatchObject({ status: 'running', lathe: { stopping: null } });
  expect(await record(id)).toMatchObject({ desired: 'run', epoch: 0 });
});

test('a job that is being cancelled cannot be paused', async () => {
  const id = await jobWith({ state: 'running', stage: 'train', desired: 'cancel' });
  const error = await gateway.client.fineTuning.jobs.pause(id).catch((cause: unknown) => cause);
  expect(error).toMatchObject({ status: 409 });
  expect((error as Error).message).toContain('being cancelled');
});

test('a command to a job that is over names what became of it', async () => {
  const { jobs } = gateway.client.fineTuning;
  const id = await jobWith({ state: 'queued', stage: 'train' });
  await jobs.cancel(id);
  for (const command of [() => jobs.pause(id), () => jobs.resume(id)])
    await expect(command()).rejects.toThrow('409 The job is cancelled and cannot be ');
});

test('many commands at once leave one consistent job', async () => {
  const id = await jobWith({ state: 'queued', stage: 'train' });
  const { jobs } = gateway.client.fineTuning;
  const commands = [1, 2, 3].flatMap(() => [jobs.pause(id), jobs.resume(id), jobs.cancel(id)]);
  await Promise.allSettled(commands);
  expect(await record(id)).toMatchObject({ state: 'cancelled', desired: 'cancel', stage: 'done' });
});

test('a job that the infrastructure failed is resumed at its stage, one that failed by itself is not', async () => {
  const failed = { state: 'failed', stage: 'done', finishedAt: 9, epoch: 3 } as const;
  const error = { code: 'worker_lost', message: 'Lost too often.', param: null } as const;
  const failure = { stage: 'train', resumable: true } as const;
  const id = await jobWith({ ...failed, error, failure, checkpointKey: 'k', lossesInARow: 4 });
  const job = await gateway.client.fineTuning.jobs.resume(id);
  expect(job).toMatchObject({ status: 'queued', error: null, finished_at: null });
  expect(await record(id)).toMatchObject({ stage: 'train', epoch: 4, checkpointKey: 'k' });
  expect(await lastWork('train')).toMatchObject({ jobId: id, epoch: 4 });
  expect(await messages(id)).toContain('The job was resumed.');
  const own = await jobWith({ ...failed, error, failure: { stage: 'train', resumable: false } });
  const refused = gateway.client.fineTuning.jobs.resume(own);
  await expect(refused).rejects.toThrow('The job is failed and cannot be resumed.');
});
