import type { JobRecord } from '@lathe/contracts/job/record';
import { recordKey, streams } from '@lathe/contracts/subject';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { project, startGateway, type TestGateway } from './gateway-fixture.ts';
import { queueStage } from './job-queue.ts';
import { firstRecord } from './job-request.ts';
import { requeueForgotten } from './requeue.ts';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.stop());

async function addJob(id: string, change: Partial<JobRecord>): Promise<JobRecord> {
  const body = { model: 'm', training_file: 'file-x' };
  const job = { id, project, requestId: 'req_x', nowMs: 1000, seed: 1 };
  const record = { ...firstRecord(body, job), ...change };
  await gateway.jobs.put(recordKey(project, id), record);
  return record;
}

test('waiting jobs without a work message are queued, once; all others are left alone', async () => {
  const queued = await addJob('ftjob-alreadyqueued', {});
  await queueStage(gateway.nats, queued);
  await addJob('ftjob-forgotten', {});
  await addJob('ftjob-resumed00', { state: 'queued', stage: 'train', epoch: 2 });
  await addJob('ftjob-running00', { state: 'running', stage: 'train' });
  await addJob('ftjob-over00000', { state: 'succeeded', stage: 'done' });
  await addJob('ftjob-fresh0000', { createdMs: 99_000 });
  const ports = { ...gateway, log: gateway.nats.log, now: () => 100_000 };
  expect(await requeueForgotten(ports, { requeueAfterMs: 60_000 })).toBe(2);
  expect(await requeueForgotten(ports, { requeueAfterMs: 60_000 })).toBe(0);
  const { state } = await gateway.nats.manager.streams.info(streams.work.name);
  expect(state.messages).toBe(3);
  const work = await gateway.nats.manager.streams.getMessage(streams.work.name, {
    last_by_subj: 'lathe.work.train',
  });
  expect(work?.json()).toMatchObject({ jobId: 'ftjob-resumed00', epoch: 2 });
});
