import type { JobRecord } from '@lathe/contracts/job/record';
import { isTerminal, jobStateSchema } from '@lathe/contracts/job/state';
import { expect, test } from 'vitest';
import { dueWork, type JobFacts, needOf } from './job-need.ts';

type Seen = Pick<JobRecord, 'state' | 'stage' | 'epoch' | 'desired'>;

const stages = ['ingest', 'train', 'evaluate', 'done'] as const;
const wishes = ['run', 'pause', 'cancel'] as const;
const both = [false, true];

/** Every state with every stage, wish and fact, those included that should never be. */
const table = jobStateSchema.options.flatMap((state) =>
  stages.flatMap((stage) =>
    wishes.flatMap((desired) =>
      both.flatMap((hasMessage) =>
        both.flatMap((isHeld) =>
          both.map((wasSo): [Seen, JobFacts] => [
            { state, stage, epoch: 5, desired },
            { hasMessage, isHeld, wasSo },
          ]),
        ),
      ),
    ),
  ),
);

test('a job that is over needs nothing', () => {
  const over = table.filter(([{ state }]) => isTerminal(state));
  for (const [record, facts] of over) expect(needOf(record, facts)).toEqual({ kind: 'nothing' });
});

test('every other job has an owner or a message, waits for a wish, or is seen to at the second look', () => {
  const live = table.filter(([{ state, stage }]) => !isTerminal(state) && stage !== 'done');
  expect(live.length).toBeGreaterThan(200);
  for (const [record, facts] of live) {
    const { kind } = needOf(record, facts);
    const why = JSON.stringify([record, facts]);
    if (record.state === 'paused')
      expect(kind, why).toBe(record.desired === 'pause' ? 'nothing' : 'leave the pause');
    else if (!facts.wasSo) expect(['nothing', 'another look'], why).toContain(kind);
    else if (record.desired === 'cancel') expect(kind, why).toBe('cancel');
    else expect(kind, why).toBe(facts.hasMessage || facts.isHeld ? 'nothing' : 'queue');
  }
});

test.each([
  ['validating_files', 'ingest', { stage: 'ingest', epoch: 5 }],
  ['queued', 'train', { stage: 'train', epoch: 5 }],
  ['running', 'train', { stage: 'train', epoch: 4 }],
  ['queued', 'evaluate', { stage: 'evaluate', epoch: 5 }],
  ['running', 'evaluate', { stage: 'evaluate', epoch: 5 }],
  ['paused', 'train', undefined],
  ['failed', 'done', undefined],
] as const)('the message of a job that is %s in %s', (state, stage, due) => {
  const record = { state, stage, epoch: 5, desired: 'run' } as const;
  expect(dueWork(record)).toEqual(due);
  if (due === undefined) return;
  const facts = { hasMessage: false, isHeld: false, wasSo: true };
  expect(needOf(record, facts)).toEqual({ kind: 'queue', ...due });
});
