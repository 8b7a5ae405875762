import { sharedRope } from '../rope-parameters.ts';
import type { DecoderFamily } from './family.ts';
import { llama, llamaFlags } from './llama.ts';

/** Phi 3 and what followed it in its shape. */
export const phi3: DecoderFamily = {
  ...llama,
  className: 'Phi3',
  languageClass: 'Phi3ForCausalLM',
  defaults: {
    ...llama.defaults,
    vocab_size: 32_064,
    hidden_size: 3072,
    intermediate_size: 8192,
    max_position_embeddings: 4096,
    rms_norm_eps: 1e-5,
    pad_token_id: 32_000,
    eos_token_id: 32_000,
  },
  notNull: ['head_dim'],
  flags: (raw) => ({
    ...llamaFlags(raw),
    queryBias: false,
    outputBias: false,
    mlpBias: false,
    fused: true,
  }),
  attention: (raw) => (raw.sliding_window == null ? 'full' : 'sliding'),
  window: (raw) => raw.sliding_window ?? null,
  rope: (file, raw, headSize) =>
    sharedRope(file, raw, { modelType: 'phi3', headSize, isPartial: true, isUnscaled: true }),
  ia3: { targets: ['qkv_proj', 'down_proj'], feedForward: ['down_proj'] },
  // llama.cpp tells Phi-3 from its successors by the key.
  gguf: { architecture: 'phi3', pairedRows: false, window: 'zero' },
  ollama: 'folders',
};
