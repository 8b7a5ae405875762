import { expect, test } from 'vitest';
import { countKills, isOutOfMemory } from './out-of-memory.ts';

const killed = { signal: 'SIGKILL', lastWords: '' };

test.each([
  ['a kill that the kernel counted', killed, 3, 4, true],
  ['a kill that it did not count', killed, 3, 3, false],
  ['a kill where nobody counts', killed, null, null, false],
  ['a crash while another process was killed', { signal: 'SIGSEGV', lastWords: '' }, 3, 4, false],
  ['an exit while another process was killed', { signal: null, lastWords: 'bye' }, 3, 4, false],
] as const)('%s', (_, death, before, after, expected) => {
  expect(isOutOfMemory(death, { before, after })).toBe(expected);
});

test.each([
  "terminate called after throwing an instance of 'std::bad_alloc'",
  'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
  'RangeError: Array buffer allocation failed',
  'BFCArena::AllocateRawInternal Failed to allocate memory for requested buffer of size 4096',
  'CUDA failure 2: out of memory ; GPU=0',
  'Error: spawn ENOMEM',
])('an engine that says: %s', (lastWords) => {
  const kills = { before: null, after: null };
  expect(isOutOfMemory({ signal: null, lastWords }, kills)).toBe(true);
});

test('counts on this machine, or says that it cannot', async () => {
  const kills = await countKills();
  expect(kills === null || kills >= 0).toBe(true);
});
