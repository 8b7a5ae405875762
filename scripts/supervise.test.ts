import path from 'node:path';
import { readConfig } from '@lathe/platform/config';
import { createLogger } from '@lathe/platform/log';
import { expect, it } from 'vitest';
import { startServiceProcess } from './service-process.ts';
import { type Running, supervise } from './supervise.ts';

const lines: string[] = [];
const sink = { write: (line: string) => void lines.push(line) };
const log = createLogger({ logLevel: 'info', logFormat: 'json' }, 'test', sink);
const config = readConfig({ LATHE_SHUTDOWN_GRACE: '500ms' });
const idle = path.join(import.meta.dirname, 'idle-process.fixture.ts');
const settings = { name: 'the worker', log, firstPauseMs: 20 };

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

it('starts a killed process again, and stops it for good', async () => {
  const states: (string | null)[] = [];
  const worker = await supervise(
    () => startServiceProcess({ main: idle, name: 'the worker', config }),
    {
      ...settings,
      onState: (problem) => states.push(problem),
    },
  );
  const first = worker.current().pid;
  process.kill(first, 'SIGKILL');
  await expect.poll(() => worker.current().pid).not.toBe(first);
  const second = worker.current().pid;
  expect(isAlive(first)).toBe(false);
  expect(isAlive(second)).toBe(true);
  const sentence = 'the worker ended by itself and is started again';
  expect(lines.join('')).toContain(sentence);
  expect(states).toEqual([null, sentence, null]);
  await worker.stop();
  expect(isAlive(second)).toBe(false);
});

it('waits longer each time for what ends at once', async () => {
  const starts: number[] = [];
  const begin = async (): Promise<Running> => {
    starts.push(performance.now());
    return { pid: 1, exited: Promise.resolve(), stop: async () => undefined };
  };
  const supervised = await supervise(begin, settings);
  await expect.poll(() => starts.length).toBeGreaterThan(4);
  await supervised.stop();
  const count = starts.length;
  const pauses = starts.slice(1).map((at, index) => at - (starts[index] ?? 0));
  // A busy machine makes any of them longer.
  for (const [at, longer] of [18, 36, 72, 144].entries())
    expect(pauses[at]).toBeGreaterThan(longer);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(starts.length).toBe(count);
});

it('tries again when a restart fails, and tells when the first start does', async () => {
  let tries = 0;
  const exit = Promise.withResolvers<void>();
  const begin = async (): Promise<Running> => {
    tries++;
    if (tries === 2) throw new Error('no memory');
    return {
      pid: tries,
      exited: tries === 1 ? Promise.resolve() : exit.promise,
      stop: async () => exit.resolve(),
    };
  };
  const supervised = await supervise(begin, settings);
  await expect.poll(() => supervised.current().pid).toBe(3);
  await supervised.stop();
  await expect(supervise(() => Promise.reject(new Error('broken')), settings)).rejects.toThrow(
    'broken',
  );
});

it('leaves nothing behind when it is stopped in the middle of a restart', async () => {
  const restarting = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  let stopped = 0;
  let starts = 0;
  const begin = async (): Promise<Running> => {
    starts++;
    if (starts === 2) {
      restarting.resolve();
      await release.promise;
    }
    const exited = starts === 1 ? Promise.resolve() : new Promise<void>(() => undefined);
    return { pid: starts, exited, stop: async () => void stopped++ };
  };
  const supervised = await supervise(begin, settings);
  await restarting.promise;
  const stopping = supervised.stop();
  release.resolve();
  await stopping;
  expect(stopped).toBe(2);
  expect(starts).toBe(2);
});

it('tries the first start again while its errors pass, and throws the one that stays', async () => {
  let starts = 0;
  const fails = (times: number) => async (): Promise<Running> => {
    if (starts++ < times) throw new Error('killed at its start');
    return { pid: 1, exited: new Promise(() => undefined), stop: async () => undefined };
  };
  const passing = { ...settings, firstPauseMs: 1, isPassing: () => true };
  await supervise(fails(4), passing);
  expect(starts).toBe(5);
  starts = 0;
  await expect(supervise(fails(9), passing)).rejects.toThrow('killed at its start');
  expect(starts).toBe(5);
  starts = 0;
  await expect(supervise(fails(1), settings)).rejects.toThrow('killed at its start');
  expect(starts).toBe(1);
});
