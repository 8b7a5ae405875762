import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { desire, type JobRecord, jobRecordSchema, moveJob } from './record.ts';
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
