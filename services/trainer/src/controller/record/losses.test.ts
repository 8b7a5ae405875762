import { mustBeAlone } from '@lathe/platform/pool/job-need';
import { expect, test } from 'vitest';
import { countLoss, forgetLosses } from './losses.ts';

const fresh = { lostWorkers: 0 };

test('four losses with a newer checkpoint between them are no reason to fail a job that may have three', () => {
  let record = { ...fresh };
  for (let loss = 1; loss <= 4; loss++) {
    const { change, isTooMany } = countLoss(record, 'own', 3);
    expect(isTooMany).toBe(false);
    record = { ...record, ...change, ...forgetLosses({ ...record, ...change }) };
  }
  expect(record).toEqual({ lostWorkers: 4, lossesInARow: 0, sharedLosses: 0 });
});

test('the fourth loss in a row is one too many', () => {
  let record = { ...fresh };
  const verdicts = [1, 2, 3, 4].map(() => {
    const { change, losses, isTooMany } = countLoss(record, 'own', 3);
    record = { ...record, ...change };
    return [losses, isTooMany];
  });
  expect(verdicts).toEqual([
    [1, false],
    [2, false],
    [3, false],
    [4, true],
  ]);
});

test('a loss that others had a part in is not charged, and the second one puts the job on a worker of its own', () => {
  let record: Parameters<typeof countLoss>[0] = { ...fresh };
  for (const isAlone of [false, true]) {
    const { change, isTooMany } = countLoss(record, 'unknown', 0);
    expect(isTooMany).toBe(false);
    record = { ...record, ...change };
    expect(record.lostWorkers).toBe(0);
    expect(mustBeAlone(record)).toBe(isAlone);
  }
  expect(countLoss(record, 'own', 0).isTooMany).toBe(true);
  expect(mustBeAlone({ ...record, ...forgetLosses(record) })).toBe(false);
});

test('a worker that was told to stop costs nothing', () => {
  expect(countLoss(fresh, 'none', 0)).toEqual({ change: {}, losses: 0, isTooMany: false });
});

test('a record of before counts the losses that it has', () => {
  expect(countLoss({ lostWorkers: 3 }, 'own', 3)).toMatchObject({ losses: 4, isTooMany: true });
  expect(forgetLosses({ lostWorkers: 0 })).toEqual({});
});
