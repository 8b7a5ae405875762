import { expect, it } from 'vitest';
import { byteProblem } from './byte-products.ts';
import type { Program } from './device.ts';

/** A device whose product of bytes is this everywhere. */
const deviceOf = (sum: number) => async (): Promise<Program> => ({
  ...{ inputs: ['a', 'b', 'scales'], outputs: ['y'] },
  run: async () => ({
    y: { data: new Float32Array(64 * 64).fill(sum), shape: [64, 64], dtype: 'float32' },
  }),
  dispose: async () => undefined,
});

it('tells sums of bytes that overflow from exact ones, and why there are none', async () => {
  expect(await byteProblem(deviceOf(127 * 127 * 64))).toBeUndefined();
  // Two products of 255 by 127 in 16 bits, and what the offset of 128 takes off.
  expect(await byteProblem(deviceOf(32 * 32_767 - 128 * 127 * 64))).toContain('overflow');
  const none = () => Promise.reject(new Error('no such operator'));
  expect(await byteProblem(none)).toBe('no such operator');
});
