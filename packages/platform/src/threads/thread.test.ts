import { setTimeout } from 'node:timers/promises';
import { LatheError } from '@lathe/contracts/error';
import { afterAll, expect, it } from 'vitest';
import { createLogger } from '../log/log.ts';
import { createThread } from './thread.ts';
import { createThreadPool } from './thread-pool.ts';

const program = new URL('./thread.fixture.ts', import.meta.url);
const log = createLogger({ logLevel: 'silent', logFormat: 'json' }, 'test');
const options = { program, name: 'fixture', taskMs: 60_000, log };
const thread = createThread(options);
const pool = createThreadPool(1, options);
afterAll(() => Promise.all([thread.stop(), pool.stop()]));

/** An array on which a task waits, and what lets it go on. */
function gate() {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  const open = () => {
    Atomics.store(cell, 0, 1);
    Atomics.notify(cell, 0);
  };
  return { task: ['wait', cell], open };
}
const { signal } = new AbortController();

it('brings back results, also bytes that are handed over', async () => {
  expect(await thread.run(['echo', { a: [1, 'x', null] }])).toEqual({ a: [1, 'x', null] });
  const bytes = Uint8Array.of(1, 2, 3);
  expect(await thread.run(['bytes', bytes], [bytes.buffer])).toEqual(Uint8Array.of(1, 2, 3));
  expect(bytes.byteLength).toBe(0);
});

it('brings back errors as they were thrown', async () => {
  const refusal = await thread.run(['refuse']).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(LatheError);
  expect(refusal).toMatchObject({ code: 'invalid_value', message: 'No.', param: 'x' });
  expect((refusal as LatheError).cause).toContain('why');
  await expect(thread.run(['fail'])).rejects.toMatchObject({
    name: 'OddError',
    message: 'odd folder',
  });
});

it('starts again after a thread has died, and fails only what it worked on', async () => {
  await expect(thread.run(['die'])).rejects.toMatchObject({ code: 'unavailable', retryable: true });
  expect(await thread.run(['echo', 1])).toBe(1);
});

it('leaves the event loop free, and ends a thread that takes too long', async () => {
  const hasty = createThread({ ...options, taskMs: 250 });
  const stuck = hasty.run(['compute']);
  await expect(stuck).rejects.toMatchObject({ code: 'timeout', retryable: false });
  expect(await thread.run(['echo', 2])).toBe(2);
  expect(await hasty.run(['echo', 3])).toBe(3);
  await hasty.stop();
});

it('gives a task its time of a processor, however long that takes on a busy machine', async () => {
  const slow = createThread({ ...options, taskMs: 1000 });
  await slow.run(['echo', 0]);
  const { task, open } = gate();
  const waiting = slow.run(task);
  await setTimeout(1500);
  open();
  expect(await waiting).toBe('waited');
  await slow.stop();
});

it('ends a thread that waits for something that never comes', async () => {
  const hasty = createThread({ ...options, taskMs: 50 });
  await expect(hasty.run(gate().task)).rejects.toMatchObject({ code: 'timeout' });
  await hasty.stop();
});

it('lets projects take turns', async () => {
  const done: string[] = [];
  const ask = (project: string, name: string) =>
    pool.run({ project, size: 1, task: ['echo', name], signal }).then(() => done.push(name));
  const { task, open } = gate();
  const first = pool.run({ project: 'a', size: 1, task, signal });
  const rest = [ask('a', 'a1'), ask('a', 'a2'), ask('b', 'b1')];
  open();
  await Promise.all([first, ...rest]);
  expect(done).toEqual(['b1', 'a1', 'a2']);
});

it('forgets a task whose asker leaves before its turn', async () => {
  const controller = new AbortController();
  const { task, open } = gate();
  const first = pool.run({ project: 'a', size: 1, task, signal });
  const left = pool.run({ project: 'a', size: 1, task: ['die'], signal: controller.signal });
  controller.abort(new Error('gone'));
  await expect(left).rejects.toThrow('gone');
  open();
  expect(await first).toBe('waited');
});
