import { blockOfLlama, type DecoderNames } from '../decoder-names.ts';
import { sharedRope } from '../rope-parameters.ts';
import type { DecoderFamily, Flags } from './family.ts';
import type { RawConfig } from './raw-config.ts';

/** The block that most families are variations of. */
export const llamaFlags = (raw: RawConfig): Flags => ({
  norm: 'rms',
  gatedMlp: true,
  queryKeyNorm: false,
  postNorms: false,
  fused: false,
  transposed: false,
  queryBias: raw.attention_bias,
  outputBias: raw.attention_bias,
  mlpBias: raw.mlp_bias,
  positions: 'rotary',
});

export const llamaNames: DecoderNames = {
  embedding: 'model.embed_tokens',
  positions: '',
  finalNorm: 'model.norm',
  head: 'lm_head',
  block: blockOfLlama,
};

/** Llama 2 and 3, SmolLM2, TinyLlama. */
export const llama: DecoderFamily = {
  className: 'Llama',
  languageClass: 'LlamaForCausalLM',
  names: llamaNames,
  prefix: 'model.',
  defaults: {
    vocab_size: 32000,
    hidden_size: 4096,
    intermediate_size: 11008,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    hidden_act: 'silu',
    max_position_embeddings: 2048,
    rms_norm_eps: 1e-6,
    tie_word_embeddings: false,
    bos_token_id: 1,
    eos_token_id: 2,
  },
  activations: ['silu', 'swish'],
  notNull: [],
  flags: llamaFlags,
  attention: () => 'full',
  window: () => null,
  rope: (file, raw, headSize) => sharedRope(file, raw, { modelType: 'llama', headSize }),
  tokenHead: 'score',
  ia3: { targets: ['k_proj', 'v_proj', 'down_proj'], feedForward: ['down_proj'] },
  gguf: { architecture: 'llama', pairedRows: true, window: 'ignored' },
  ollama: 'folders and adapters',
};
