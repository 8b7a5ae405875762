import { describe, expect, it } from 'vitest';
import { rootSeed } from '../nn/seed.ts';
import { startA } from './lora-start.ts';

const linear = {
  module: 'model.layers.0.mlp.up_proj',
  inputs: 64,
  outputs: 6,
  transposed: false,
};
const draw = (seed: number, initial: 'kaiming' | 'gaussian' = 'kaiming') =>
  startA(linear, 4, { seed: rootSeed(seed), initial });

describe('the start of an adapter', () => {
  it('draws A within 1/√in, or with the deviation 1/rank', () => {
    const a = draw(3);
    expect(a).toHaveLength(4 * 64);
    const largest = Math.max(...a.map(Math.abs));
    expect(largest).toBeLessThanOrEqual(1 / 8);
    expect(largest).toBeGreaterThan(0.9 / 8);
    const gaussian = draw(3, 'gaussian');
    const deviation = Math.sqrt(gaussian.reduce((sum, x) => sum + x * x, 0) / gaussian.length);
    expect(deviation).toBeCloseTo(1 / 4, 1);
  });

  it('is the same for the same seed only', () => {
    expect(draw(3)).toEqual(draw(3));
    expect(draw(4)).not.toEqual(draw(3));
  });
});
