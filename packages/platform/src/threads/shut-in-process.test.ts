import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { createLogger } from '../log/log.ts';
import { createShutInProcess } from './shut-in-process.ts';
import { createThread } from './thread.ts';

const program = new URL('./thread.fixture.ts', import.meta.url);
const log = createLogger({ logLevel: 'silent', logFormat: 'json' }, 'test');
const options = { program, name: 'fixture', taskMs: 60_000, log };
const thread = createThread(options);
afterAll(() => thread.stop());

it('shuts a process in: it reads its code and nothing else, and writes, starts and knows nothing', async () => {
  const code = ['../../../../node_modules/', '../../../'].map((to) => new URL(to, import.meta.url));
  const shutIn = createShutInProcess({ ...options, reads: code });
  expect(await shutIn.run(['echo', { a: Uint8Array.of(1) }])).toEqual({ a: Uint8Array.of(1) });
  const readme = join(import.meta.dirname, '../../../../README.md');
  expect(await thread.run(['read', readme])).toBeGreaterThan(0);
  const denied = { message: expect.stringContaining('restricted') as string };
  await expect(shutIn.run(['read', readme])).rejects.toMatchObject(denied);
  await expect(shutIn.run(['write', join(tmpdir(), 'written')])).rejects.toMatchObject(denied);
  await expect(shutIn.run(['start', process.execPath])).rejects.toMatchObject(denied);
  expect(await thread.run(['variables'])).toContain('PATH');
  expect(await shutIn.run(['variables'])).not.toContain('PATH');
  await expect(shutIn.run(['die'])).rejects.toMatchObject({ code: 'unavailable', retryable: true });
  expect(await shutIn.run(['echo', 1])).toBe(1);
  await shutIn.stop();
});

it('ends a process that is shut in and takes too long', async () => {
  const reads = [new URL('../../../../', import.meta.url)];
  const hasty = createShutInProcess({ ...options, taskMs: 250, reads });
  await expect(hasty.run(['compute'])).rejects.toMatchObject({ code: 'timeout', retryable: false });
  expect(await hasty.run(['echo', 3])).toBe(3);
  await hasty.stop();
});
