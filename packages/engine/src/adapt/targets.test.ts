import { describe, expect, it } from 'vitest';
import { parseDecoderConfig } from '../families/parse-decoder-config.ts';
import { adaptedLinears, targetNames } from './targets.ts';

const config = parseDecoderConfig('config.json', {
  model_type: 'llama',
  vocab_size: 64,
  hidden_size: 32,
  intermediate_size: 48,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
});

describe('LoRA targets', () => {
  it('finds every linear layer inside the blocks, and not the head or the embedding', () => {
    const linears = adaptedLinears(config, 'all-linear');
    expect(linears).toHaveLength(14);
    expect(linears[1]).toEqual({
      module: 'model.layers.0.self_attn.k_proj',
      inputs: 32,
      outputs: 16,
      transposed: false,
    });
    expect(targetNames(config, linears)).toEqual([
      'q_proj',
      'k_proj',
      'v_proj',
      'o_proj',
      'gate_proj',
      'up_proj',
      'down_proj',
    ]);
  });

  it('takes names and whole paths, and refuses what names nothing', () => {
    const linears = adaptedLinears(config, ['q_proj', 'model.layers.1.mlp.up_proj']);
    expect(linears).toHaveLength(3);
    expect(targetNames(config, linears)).toEqual(['q_proj', 'model.layers.1.mlp.up_proj']);
    expect(() => adaptedLinears(config, ['q_proj', 'lm_head'])).toThrow('"lm_head"');
    expect(() => adaptedLinears(config, ['proj'])).toThrow('"proj"');
  });
});
