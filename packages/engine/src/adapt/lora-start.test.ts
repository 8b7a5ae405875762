import { describe, expect, it } from 'vitest';
import { rootSeed } from '../nn/seed.ts';
import { startLora } from './lora-start.ts';

describe('the start of an adapter', () => {
  const linears = [
    { module: 'model.layers.0.mlp.up_proj', inputs: 64, outputs: 6, transposed: false },
  ];
  const tensors = startLora(linears, 4, rootSeed(3));

  it('draws A within 1/√in and leaves B zero', () => {
    const a = tensors.get('model.layers.0.mlp.up_proj.lora_A');
    const b = tensors.get('model.layers.0.mlp.up_proj.lora_B');
    expect(a?.shape).toEqual([4, 64]);
    expect(b?.shape).toEqual([6, 4]);
    const largest = Math.max(...(a?.data ?? []).map(Math.abs));
    expect(largest).toBeLessThanOrEqual(1 / 8);
    expect(largest).toBeGreaterThan(0.9 / 8);
    expect(new Set(b?.data)).toEqual(new Set([0]));
  });

  it('is the same for the same seed only', () => {
    expect(startLora(linears, 4, rootSeed(3))).toEqual(tensors);
    expect(startLora(linears, 4, rootSeed(4))).not.toEqual(tensors);
  });
});
