import type { LayerAttention } from '../decoder-config.ts';
import { sharedRope } from '../rope-parameters.ts';
import type { DecoderFamily } from './family.ts';
import { llama, llamaFlags } from './llama.ts';
import type { RawConfig } from './raw-config.ts';

export const qwenDefaults = {
  ...llama.defaults,
  vocab_size: 151_936,
  intermediate_size: 22_016,
  num_key_value_heads: 32,
  max_position_embeddings: 32_768,
  sliding_window: 4096,
  bos_token_id: null,
  eos_token_id: null,
};

/** The model must say that it uses the window at all. */
function window(raw: RawConfig): number | null {
  return raw.use_sliding_window ? (raw.sliding_window ?? null) : null;
}

/** Layers from `max_window_layers` on slide. */
function attention(raw: RawConfig, layer: number): LayerAttention {
  return window(raw) !== null && layer >= raw.max_window_layers ? 'sliding' : 'full';
}

/** Qwen 2 and 2.5. */
export const qwen2: DecoderFamily = {
  ...llama,
  className: 'Qwen2',
  languageClass: 'Qwen2ForCausalLM',
  defaults: qwenDefaults,
  notNull: ['head_dim'],
  flags: (raw) => ({ ...llamaFlags(raw), queryBias: true, outputBias: false, mlpBias: false }),
  attention,
  window,
  rope: (file, raw, headSize) => sharedRope(file, raw, { modelType: 'qwen2', headSize }),
  ia3: { targets: ['q_proj', 'v_proj', 'down_proj'], feedForward: ['down_proj'] },
  gguf: { architecture: 'qwen2', pairedRows: false, window: 'ignored' },
  ollama: 'folders',
};
