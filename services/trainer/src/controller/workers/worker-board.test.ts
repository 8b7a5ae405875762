import type { WorkerRecord } from '@lathe/contracts/record/worker';
import type { Records } from '@lathe/platform/records';
import type { RecordChange } from '@lathe/platform/records/port';
import { workerRecord } from '@lathe/testkit/worker-record';
import { expect, it } from 'vitest';
import { watchWorkers } from './worker-board.ts';

const leaseMs = 1000;

/** A worker's announcement by its own clock, which is `offMs` off. */
function announcement(offMs: number, revision: number): RecordChange<WorkerRecord> {
  const announcedAt = Date.now() + offMs;
  const value = workerRecord('w', { announcedAt, expiresAt: announcedAt + leaseMs });
  return { kind: 'put', key: 'w', value, revision };
}

/** Who is alive after these announcements, and half a lease and a whole one after the last of them. */
async function aliveAfter(changes: readonly RecordChange<WorkerRecord>[]): Promise<boolean[]> {
  let clock = 0;
  async function* watch() {
    for (const change of changes) {
      clock += leaseMs / 2;
      yield change;
    }
  }
  const store: Pick<Records['workers'], 'watch'> = { watch };
  const signal = new AbortController().signal;
  const board = watchWorkers(
    store,
    signal,
    () => true,
    () => clock,
  );
  await board.done;
  return [0, leaseMs / 2, leaseMs].map((later) => {
    const end = clock;
    clock += later;
    const isAlive = board.alive().length === 1;
    clock = end;
    return isAlive;
  });
}

const hour = 3_600_000;

it.each([
  ['right', 0],
  ['an hour slow', -hour],
  ['an hour fast', hour],
])('counts a worker whose clock is %s for a lease after each announcement', async (_, offMs) => {
  const changes = [announcement(offMs, 1), announcement(offMs, 2)];
  expect(await aliveAfter(changes)).toEqual([true, true, false]);
});

it('counts what was announced before our time for the rest of its lease only', async () => {
  expect(await aliveAfter([announcement(-leaseMs / 4, 1)])).toEqual([true, true, false]);
  expect(await aliveAfter([announcement(-2 * leaseMs, 1)])).toEqual([false, false, false]);
});

it('takes an announcement that is told again for no sign of life', async () => {
  const told = announcement(0, 1);
  expect(await aliveAfter([told, told])).toEqual([true, false, false]);
});
