import { readConfig } from '@lathe/platform/config';
import { expect, it } from 'vitest';
import { workerConfigs } from './worker-pool.ts';

const machine = { cores: 8, memoryBytes: 9000 };
const of = (environment: Record<string, string>) =>
  workerConfigs(readConfig({ LATHE_WORKER_ID: 'w', ...environment }), machine).map(
    ({ workerId, workerAddress, workerMemoryBytes, engineThreads }) => [
      workerId,
      workerAddress,
      workerMemoryBytes,
      engineThreads,
    ],
  );

it('leaves a single worker as it is configured', () => {
  expect(of({})).toEqual([['w', '127.0.0.1:0', 0, 0]]);
  expect(of({ LATHE_WORKERS: '0' })).toEqual([]);
});

it('shares the machine between several', () => {
  expect(of({ LATHE_WORKERS: '3' })).toEqual([
    ['w-1', '127.0.0.1:0', 3000, 2],
    ['w-2', '127.0.0.1:0', 3000, 2],
    ['w-3', '127.0.0.1:0', 3000, 2],
  ]);
  expect(of({ LATHE_WORKERS: '20' })[0]?.[3]).toBe(1);
});

it('keeps what is set, and names within their limit', () => {
  const set = {
    LATHE_WORKERS: '2',
    LATHE_WORKER_ID: 'x'.repeat(64),
    LATHE_WORKER_ADDRESS: '127.0.0.1:7000',
    LATHE_WORKER_MEMORY: '100',
    LATHE_ENGINE_THREADS: '5',
  };
  expect(of(set)).toEqual([
    [`${'x'.repeat(62)}-1`, '127.0.0.1:7000', 100, 5],
    [`${'x'.repeat(62)}-2`, '127.0.0.1:7001', 100, 5],
  ]);
});
