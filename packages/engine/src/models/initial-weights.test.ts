import { describe, expect, it } from 'vitest';
import { rootSeed } from '../nn/seed.ts';
import { fillInitialWeight } from './initial-weights.ts';

const fill = (name: string, seed = 42) =>
  fillInitialWeight(name, new Float32Array(4096).fill(7), {
    initializerRange: 0.02,
    seed: rootSeed(seed),
  });

describe('initial weights', () => {
  it('starts norms at one, biases at zero and the rest at random with the stated deviation', () => {
    expect(new Set(fill('model.layers.0.input_layernorm.weight'))).toEqual(new Set([1]));
    expect(new Set(fill('model.layers.0.self_attn.q_proj.bias'))).toEqual(new Set([0]));
    const matrix = fill('model.layers.0.mlp.up_proj.weight');
    const deviation = Math.sqrt(matrix.reduce((sum, value) => sum + value * value, 0) / 4096);
    expect(deviation / 0.02).toBeCloseTo(1, 1);
  });

  it('depends on the tensor and the seed, and on nothing else', () => {
    const name = 'model.layers.0.mlp.up_proj.weight';
    expect(fill(name)).toEqual(fill(name));
    expect(fill(name)).not.toEqual(fill(name, 43));
    expect(fill(name)).not.toEqual(fill('model.layers.1.mlp.up_proj.weight'));
  });
});
