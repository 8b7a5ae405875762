import { sharedRope } from '../rope-parameters.ts';
import type { DecoderFamily } from './family.ts';
import { llama, llamaFlags } from './llama.ts';

export const mistral: DecoderFamily = {
  ...llama,
  className: 'Mistral',
  languageClass: 'MistralForCausalLM',
  defaults: {
    ...llama.defaults,
    intermediate_size: 14_336,
    num_key_value_heads: 8,
    max_position_embeddings: 131_072,
    sliding_window: 4096,
  },
  flags: (raw) => ({ ...llamaFlags(raw), queryBias: false, outputBias: false, mlpBias: false }),
  attention: (raw) => (raw.sliding_window == null ? 'full' : 'sliding'),
  window: (raw) => raw.sliding_window ?? null,
  rope: (file, raw, headSize) => sharedRope(file, raw, { modelType: 'mistral', headSize }),
};
