import { sharedRope } from '../rope-parameters.ts';
import type { DecoderFamily } from './family.ts';
import { llamaFlags } from './llama.ts';
import { qwen2, qwenDefaults } from './qwen2.ts';

export const qwen3: DecoderFamily = {
  ...qwen2,
  className: 'Qwen3',
  languageClass: 'Qwen3ForCausalLM',
  defaults: { ...qwenDefaults, head_dim: 128 },
  flags: (raw) => ({ ...llamaFlags(raw), mlpBias: false, queryKeyNorm: true }),
  rope: (file, raw, headSize) => sharedRope(file, raw, { modelType: 'qwen3', headSize }),
  gguf: { architecture: 'qwen3', pairedRows: false, window: 'ignored' },
};
