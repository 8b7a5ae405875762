import { expect, it } from 'vitest';
import type { Tensor } from '../graph/tensor.ts';
import { cpuDevice } from './cpu.ts';
import { probeFeeds, probeHalfProducts, probeVerdict } from './half-products.ts';

it('tells products whose sums are float32 from those whose sums are float16', async () => {
  // The CPU computes float16 by float32, so its sums are such.
  expect(await probeHalfProducts(cpuDevice().compile)).toBe('native');
  expect(probeVerdict(inHalf(1))).toBe('narrow');
  // In four sums that meet at the end, as a shader of vectors has them.
  expect(probeVerdict(inHalf(4))).toBe('narrow');
  expect(probeVerdict(inHalf(64))).toBe('narrow');
});

/** The first row's product with a column of ones, in so many sums of float16. */
function inHalf(lanes: number): number[] {
  const { data, shape } = probeFeeds().a as Tensor;
  const sums = new Float16Array(lanes);
  for (const [at, value] of (data as Float32Array).subarray(0, shape[1]).entries())
    sums[at % lanes] = (sums[at % lanes] as number) + value;
  return [sums.reduce((sum, lane) => Math.f16round(sum + lane), 0)];
}
