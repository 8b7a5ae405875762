import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { nvidiaCard } from './card.ts';

// It lies here: a program that a test writes may be held open for writing by a fork of another, and cannot be run then.
const program = join(import.meta.dirname, 'nvidia-smi.fixture.sh');

afterEach(() => vi.unstubAllEnvs());

/** What is known of the card where nvidia-smi does this. */
function cardBy(script: string, env: Readonly<Record<string, string>> = {}) {
  vi.stubEnv('CARD_SCRIPT', script);
  return nvidiaCard({ program, env, answerMs: 10_000 });
}

const h200 = { name: 'NVIDIA H200, NVL', memoryBytes: 143_771 * 2 ** 20 };

it('tells the name and memory of the card, also of several that are alike', async () => {
  const line = 'NVIDIA H200, NVL, 143771';
  expect(await cardBy(`echo "${line}"`)).toEqual(h200);
  expect(await cardBy(`echo "${line}"; echo "${line}"`)).toEqual(h200);
});

it('asks for the card that CUDA_VISIBLE_DEVICES names', async () => {
  const script = '[ "$1 $2" = "--id GPU-1234" ] && echo "NVIDIA H200, NVL, 143771"';
  expect(await cardBy(script, { CUDA_VISIBLE_DEVICES: 'GPU-1234,GPU-5' })).toEqual(h200);
});

it.each([
  ['cards that differ', 'echo "A, 1000"; echo "B, 2000"'],
  ['a driver that does not answer', 'echo "no devices were found"; exit 6'],
  ['memory that is not told', 'echo "NVIDIA GB10, [N/A]"'],
  ['nothing', 'true'],
])('says nothing of %s', async (_, script) => {
  expect(await cardBy(script)).toBeNull();
});

it('says nothing where there is no such program', async () => {
  expect(await nvidiaCard({ program: '/nowhere/nvidia-smi', env: {}, answerMs: 1000 })).toBeNull();
});
