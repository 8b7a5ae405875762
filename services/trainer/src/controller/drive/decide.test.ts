import type { JobRecord } from '@lathe/contracts/job/record';
import type { JobState } from '@lathe/contracts/job/state';
import { expect, test } from 'vitest';
import { decide } from './decide.ts';

const message = (epoch: number) => ({
  version: 1 as const,
  project: 'default',
  jobId: 'ftjob-x',
  epoch,
  requestId: 'r',
});
const job = (state: JobState, epoch: number, stage: JobRecord['stage'] = 'train') =>
  ({ state, epoch, stage }) as JobRecord;

test.each([
  ['a queued job of the same epoch is placed', job('queued', 3), 3, { kind: 'place' }],
  [
    'a queued job of a later epoch needs its own message',
    job('queued', 4),
    3,
    { kind: 'queue again', stage: 'train', epoch: 4 },
  ],
  ['a running job is one epoch ahead of its message', job('running', 4), 3, { kind: 'reattach' }],
  [
    'a running job of a later attempt needs that message',
    job('running', 6),
    3,
    { kind: 'queue again', stage: 'train', epoch: 5 },
  ],
  [
    'an epoch that has not come is void',
    job('running', 4),
    4,
    { kind: 'void', reason: 'its epoch has not come' },
  ],
  [
    'a job in evaluation needs that message',
    job('running', 5, 'evaluate'),
    3,
    { kind: 'queue again', stage: 'evaluate', epoch: 5 },
  ],
  ['a job still at ingest comes later', job('validating_files', 1, 'ingest'), 1, { kind: 'later' }],
  ['a paused job is void', job('paused', 2), 2, { kind: 'void', reason: 'the job is paused' }],
  [
    'a job that is over is void',
    job('succeeded', 2, 'done'),
    2,
    { kind: 'void', reason: 'the job is succeeded' },
  ],
])('%s', (_, record, epoch, decision) => {
  expect(decide(record, message(epoch))).toEqual(decision);
});
