import { describe, expect, it } from 'vitest';
import { decoderTensors } from '../families/decoder-tensors.ts';
import { parseDecoderConfig } from '../families/parse-decoder-config.ts';
import { rootSeed } from '../nn/seed.ts';
import { fillInitialWeight } from './initial-weights.ts';

const fill = (name: string, seed = 42, config: object = { model_type: 'llama' }) => {
  const parsed = parseDecoderConfig('config.json', config);
  const { role } = decoderTensors(parsed).get(name) ?? { role: 'linear' as const };
  const values = new Float32Array(4096).fill(7);
  return fillInitialWeight(name, values, { role, config: parsed, seed: rootSeed(seed) });
};
const deviationOf = (values: Float32Array): number =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);

describe('initial weights', () => {
  it('starts norms at one, biases at zero and the rest at random with the stated deviation', () => {
    expect(new Set(fill('model.layers.0.input_layernorm.weight'))).toEqual(new Set([1]));
    expect(
      new Set(fill('model.layers.0.self_attn.q_proj.bias', 42, { model_type: 'qwen2' })),
    ).toEqual(new Set([0]));
    const matrix = fill('model.layers.0.mlp.up_proj.weight');
    expect(deviationOf(matrix) / 0.02).toBeCloseTo(1, 1);
  });

  it('knows what is particular to a family', () => {
    const gemma = { model_type: 'gemma3_text', num_hidden_layers: 1 };
    expect(new Set(fill('model.norm.weight', 42, gemma))).toEqual(new Set([0]));
    const projection = fill('transformer.h.0.mlp.c_proj.weight', 42, { model_type: 'gpt2' });
    expect(deviationOf(projection) / (0.02 / Math.sqrt(24))).toBeCloseTo(1, 1);
  });

  it('depends on the tensor and the seed, and on nothing else', () => {
    const name = 'model.layers.0.mlp.up_proj.weight';
    expect(fill(name)).toEqual(fill(name));
    expect(fill(name)).not.toEqual(fill(name, 43));
    expect(fill(name)).not.toEqual(fill('model.layers.1.mlp.up_proj.weight'));
  });
});
