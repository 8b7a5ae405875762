import type { JobRecord } from '@lathe/contracts/job/record';
import type { Stage } from '@lathe/contracts/subject';
import { expect, test } from 'vitest';
import type { ControllerPorts } from '../ports.ts';
import { failDead } from './dead-letters.ts';

type Attempt = NonNullable<JobRecord['attempt']>;

/** What becomes of a job whose message ran out of five deliveries: its state, and what was queued. */
async function bury(
  change: Partial<JobRecord>,
  { stage, epoch }: { readonly stage: Stage; readonly epoch: number },
) {
  let record = { id: 'ftjob-a', project: 'p', epoch: 3, ...change } as JobRecord;
  const queued: [Stage, number][] = [];
  const ports = {
    jobs: {
      get: async () => ({ key: 'p.ftjob-a', value: record, revision: 1 }),
      update: async (_: string, next: JobRecord) => {
        record = next;
        return 2;
      },
    },
    queue: async (_: JobRecord, to: Stage, message: { epoch: number }) =>
      void queued.push([to, message.epoch]),
    emit: async () => undefined,
    now: () => 1000,
  } as unknown as ControllerPorts;
  const message = { version: 1, project: 'p', jobId: 'ftjob-a', epoch, requestId: 'r' } as const;
  await failDead(ports, { message, consumer: `lathe-${stage}`, deliveries: 5 });
  return { state: record.state, queued, failure: record.failure };
}

const attempt = (stage: Attempt['stage'], count: number): Attempt => ({
  ...{ stage, count },
  ...{ epoch: 3, server: 'A' },
});

test.each([
  ['waits', 'queued', 3],
  ['runs', 'running', 2],
] as const)(
  'a training that %s is queued again: controllers went, not the job',
  async (_, state, epoch) => {
    expect(await bury({ state, stage: 'train' }, { stage: 'train', epoch })).toEqual({
      state,
      queued: [['train', epoch]],
    });
  },
);

test('ingest that was begun less often than it was delivered is queued again', async () => {
  const job = {
    state: 'validating_files',
    stage: 'ingest',
    attempt: attempt('ingest', 2),
  } as const;
  expect(await bury(job, { stage: 'ingest', epoch: 3 })).toEqual({
    state: 'validating_files',
    queued: [['ingest', 3]],
  });
});

test.each([
  ['ingest', 'validating_files', attempt('ingest', 5)],
  ['evaluate', 'running', attempt('evaluate', 6)],
  ['evaluate', 'running', undefined],
] as const)(
  'a stage %s that was begun as often as it was delivered fails, and can be resumed',
  async (stage, state, last) => {
    const job = { state, stage, ...(last && { attempt: last }) };
    expect(await bury(job, { stage, epoch: 3 })).toEqual({
      state: 'failed',
      queued: [],
      failure: { stage, resumable: true },
    });
  },
);

test.each([
  ['is over', { state: 'succeeded', stage: 'done' }, 3],
  ['is paused', { state: 'paused', stage: 'train' }, 3],
  ['has gone on', { state: 'queued', stage: 'train' }, 1],
  ['is in a later stage', { state: 'running', stage: 'evaluate' }, 3],
] as const)('a job that %s is left alone', async (_, job, epoch) => {
  expect(await bury(job, { stage: 'train', epoch })).toEqual({ state: job.state, queued: [] });
});
