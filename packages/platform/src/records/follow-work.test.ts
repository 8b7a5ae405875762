import { once } from 'node:events';
import { expect, it } from 'vitest';
import { followWork } from './follow-work.ts';

function context() {
  let calls = 0;
  const taken = new AbortController();
  return {
    signal: taken.signal,
    progress: () => void calls++,
    taken,
    calls: () => calls,
  };
}

it('looks again and again, one look after another, and says whether something moved', async () => {
  const enough = Promise.withResolvers<void>();
  const moves: boolean[] = [];
  let open = 0;
  const work = context();
  const follower = followWork({
    ...{ context: work, everyMs: 1, onError: enough.reject },
    async look({ moved }) {
      expect(++open).toBe(1);
      moves.push(moved);
      if (moves.length === 2) follower.progress();
      if (moves.length === 4) enough.resolve();
      await new Promise((resolve) => setImmediate(resolve));
      open--;
    },
  });
  await enough.promise;
  expect(await follower.stop()).toBe(false);
  expect(moves.slice(0, 4)).toEqual([false, false, true, false]);
  expect(work.calls()).toBeGreaterThan(4);
  const { length } = moves;
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(moves).toHaveLength(length);
});

it('aborts when somebody ended the work, and goes on over a look that failed', async () => {
  const errors: unknown[] = [];
  const follower = followWork({
    ...{ context: context(), everyMs: 1, onError: (error: unknown) => void errors.push(error) },
    async look({ end }) {
      if (errors.length === 0) throw new Error('no connection');
      end(new Error('it was cancelled'));
    },
  });
  await once(follower.signal, 'abort');
  expect(follower.signal.reason).toEqual(new Error('it was cancelled'));
  expect(await follower.stop()).toBe(true);
  expect(errors).toEqual([new Error('no connection')]);
});

it('aborts when the work is taken away, which nobody ended', async () => {
  const work = context();
  const follower = followWork({
    ...{ context: work, everyMs: 60_000, onError: () => undefined },
    look: async () => undefined,
  });
  work.taken.abort();
  expect(follower.signal.aborted).toBe(true);
  expect(await follower.stop()).toBe(false);
});
