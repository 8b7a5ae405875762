import { expect, it } from 'vitest';
import { checkOwner } from './run-owner.ts';

const run = { project: 'p', jobId: 'j', epoch: 1 };

it('asks for the record again only a while after it could not be read', async () => {
  let asked = 0;
  let clock = 0;
  const get = async (): Promise<null> => {
    if (++asked === 1) throw new Error('nats-server does not answer');
    return null;
  };
  const log = { warn: () => {} };
  const check = checkOwner({ jobs: { get }, log, now: () => clock, ownerPauseMs: 1000 });
  expect(await check(run)).toBe('unknown');
  clock = 999;
  expect(await check(run)).toBe('unknown');
  expect(asked).toBe(1);
  clock = 1000;
  // The job is gone.
  expect(await check(run)).toBe('lost');
  expect(asked).toBe(2);
});
