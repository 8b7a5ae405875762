import type { WorkerRecord } from '@lathe/contracts/record/worker';
import { expect, test } from 'vitest';
import { choosePlace } from './place.ts';

const worker = (id: string, slots: number, freeSlots: number): WorkerRecord => ({
  version: 1,
  id,
  address: `${id}:1`,
  devices: [],
  slots,
  freeSlots,
  versions: {},
  announcedAt: 0,
  expiresAt: 0,
});
const nobody = { placed: () => 0, avoided: () => false };

test('the worker with the most free slots is chosen, the first by name among equals', () => {
  const workers = [worker('c', 4, 2), worker('b', 4, 3), worker('a', 4, 3)];
  expect(choosePlace(workers, nobody)).toMatchObject({ kind: 'worker', worker: { id: 'a' } });
});

test('jobs that were placed since the announcement count, and who refused is not asked', () => {
  const workers = [worker('a', 2, 2), worker('b', 2, 1), worker('c', 9, 9)];
  const occupancy = {
    placed: (id: string) => (id === 'a' ? 2 : 0),
    avoided: (id: string) => id === 'c',
  };
  expect(choosePlace(workers, occupancy)).toMatchObject({ kind: 'worker', worker: { id: 'b' } });
});

test('the reason to wait says what is missing', () => {
  expect(choosePlace([], nobody)).toMatchObject({
    reason: 'No training worker is running. The job starts when one joins.',
  });
  expect(choosePlace([worker('a', 1, 0), worker('b', 2, 0)], nobody)).toMatchObject({
    reason: 'All 3 training slots are taken. The job starts when one is free.',
  });
});
