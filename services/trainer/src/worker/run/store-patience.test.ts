import { ArtifactError, type ArtifactProblem } from '@lathe/platform/artifacts/port';
import { describe, expect, it } from 'vitest';
import { withPatience } from './store-patience.ts';

/** Fails so many times, each a while after the one before, then answers. */
function attempt(
  failures: readonly unknown[],
  { isWanted = (): boolean => true, storeWaitMs = 1000 } = {},
) {
  let time = 0;
  let calls = 0;
  const warned: string[] = [];
  const done = withPatience(
    'the data',
    async () => {
      time += 100;
      const failure = failures[calls++];
      if (failure !== undefined) throw failure;
      return 'done';
    },
    {
      ...{ storeWaitMs, firstPauseMs: 1, longestPauseMs: 2, isWanted },
      now: () => time,
      log: { warn: (_: unknown, text?: string) => void warned.push(String(text)) },
    },
  );
  return { done, warned, calls: () => calls };
}

const away = (problem: ArtifactProblem = 'unavailable') => new ArtifactError(problem, 'away');

describe('work that needs the artifact store', () => {
  it('is done again until the store is back or has room', async () => {
    const wrapped = new Error('could not read the dataset', { cause: away('full') });
    const { done, warned } = attempt([away(), wrapped, away()]);
    expect(await done).toBe('done');
    expect(warned).toEqual(Array(3).fill('the artifact store is away: the data waits for it'));
  });

  it('fails when the store stays away', async () => {
    const { done, calls } = attempt(Array(99).fill(away()));
    await expect(done).rejects.toThrow('away');
    expect(calls()).toBe(10);
  });

  it.each([away('not_found'), away('damaged'), new Error('a fault')])(
    'fails at once with another problem: %o',
    async (failure) => {
      const { done, calls } = attempt([failure]);
      await expect(done).rejects.toBe(failure);
      expect(calls()).toBe(1);
    },
  );

  it('fails at once when nobody wants the result any more', async () => {
    let asked = 0;
    const { done, calls } = attempt([away(), away(), away()], { isWanted: () => ++asked < 4 });
    await expect(done).rejects.toThrow('away');
    expect(calls()).toBe(2);
  });
});
