import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import {
  desire,
  isResumable,
  type JobRecord,
  jobRecordSchema,
  moveJob,
  reviveJob,
} from './record.ts';
import { isTerminal, jobStateSchema } from './state.ts';

const stored = JSON.parse(
  readFileSync(new URL('../../fixtures/job-record.1.json', import.meta.url), 'utf8'),
);
const job: JobRecord = jobRecordSchema.parse(stored);

it('moves a job with its changes, and leaves the old record alone', () => {
  const queued = moveJob(job, 'queued', { now: 50, stage: 'train', datasetKey: 'p/jobs/a' });
  expect(queued).toEqual({ ...job, state: 'queued', stage: 'train', datasetKey: 'p/jobs/a' });
  expect(job.state).toBe('validating_files');
  expect(jobRecordSchema.parse(queued)).toEqual(queued);
});

it('closes a job when it ends', () => {
  const error = { code: 'worker_lost' as const, message: 'The worker was lost.', param: null };
  const failed = moveJob(job, 'failed', { now: 77, error });
  expect(failed).toMatchObject({ state: 'failed', stage: 'done', finishedAt: 77, error });
  expect(() => moveJob(failed, 'queued', { now: 78 })).toThrow('is failed and cannot become');
});

it('keeps no field that is not part of the record', () => {
  expect(moveJob(job, 'queued', { now: 1 })).not.toHaveProperty('now');
});

it('takes wishes for a job that lives, and says why not for one that is over', () => {
  for (const state of jobStateSchema.options) {
    const record = { ...job, state };
    if (!isTerminal(state))
      expect(desire(record, 'cancel')).toEqual({ ...record, desired: 'cancel' });
    else
      expect(() => desire(record, 'cancel')).toThrow(
        `The job is ${state} and cannot become cancelled.`,
      );
  }
  const done = { ...job, state: 'succeeded' as const };
  expect(() => desire(done, 'run')).toThrow('cannot become queued');
  expect(() => desire(done, 'pause')).toThrow('cannot become paused');
});

it.each(['ingest', 'train', 'evaluate'] as const)(
  'revives a job that the infrastructure failed in its stage %s',
  (stage) => {
    const error = { code: 'worker_lost' as const, message: 'Lost.', param: null };
    const counts = { lossesInARow: 4, sharedLosses: 1, microBatchTokens: 64 };
    const failed = moveJob({ ...job, stage, ...counts }, 'failed', {
      now: 7,
      error,
      resumable: true,
    });
    expect(failed).toMatchObject({ stage: 'done', failure: { stage, resumable: true } });
    const revived = reviveJob(failed);
    expect(revived).toMatchObject({
      ...{ stage, state: stage === 'ingest' ? 'validating_files' : 'queued' },
      ...{ epoch: job.epoch + 1, finishedAt: null, error: null, desired: 'run' },
      ...{ lossesInARow: 0, sharedLosses: 0 },
    });
    expect(revived).not.toHaveProperty('failure');
    expect(revived).not.toHaveProperty('microBatchTokens');
    expect(jobRecordSchema.parse(revived)).toEqual(revived);
  },
);

it('revives no job that failed by its own fault, nor any other', () => {
  const error = { code: 'training_failed' as const, message: 'Diverged.', param: null };
  const failed = moveJob(job, 'failed', { now: 7, error });
  for (const record of [failed, { ...job, state: 'failed' as const }, job]) {
    expect(isResumable(record)).toBe(false);
    if (record.state === 'failed') expect(() => reviveJob(record)).toThrow('is failed and cannot');
  }
});
