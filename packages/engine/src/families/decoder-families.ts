import { z } from 'zod';
import { UnsupportedModelError } from '../formats/error.ts';
import { modelSizes } from './config-limits.ts';
import type { DecoderConfig, DecoderType, LayerAttention } from './decoder-config.ts';

const count = z.int().positive();

/** The fields of config.json that families share; GPT-2's own names are translated before. */
export const rawConfigSchema = z.looseObject({
  ...modelSizes,
  num_key_value_heads: modelSizes.num_attention_heads.nullish(),
  head_dim: modelSizes.hidden_size.nullish(),
  hidden_act: z.string(),
  initializer_range: z.number().nonnegative().default(0.02),
  rms_norm_eps: z.number().positive(),
  pad_token_id: z.int().nullish(),
  bos_token_id: z.int().nullish(),
  eos_token_id: z.union([z.int(), z.array(z.int())]).nullish(),
  tie_word_embeddings: z.boolean(),
  rope_theta: z.number().positive().optional(),
  rope_local_base_freq: z.number().positive().optional(),
  rope_scaling: z.looseObject({}).nullish(),
  rope_parameters: z.looseObject({}).nullish(),
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
  attention_dropout: z.number().default(0),
  partial_rotary_factor: z.number().positive().max(1).optional(),
  sliding_window: z.int().positive().nullish(),
  sliding_window_pattern: count.nullish(),
  use_sliding_window: z.boolean().default(false),
  max_window_layers: z.int().nonnegative().default(28),
  layer_types: z.array(z.string()).nullish(),
  text_config: z.unknown().optional(),
  per_layer_config: z.unknown().optional(),
  query_pre_attn_scalar: z.number().positive().optional(),
  final_logit_softcapping: z.number().nullish(),
  attn_logit_softcapping: z.number().nullish(),
  use_bidirectional_attention: z.boolean().nullish(),
  quantization_config: z.unknown().optional(),
});
export type RawConfig = z.infer<typeof rawConfigSchema>;

/** What sets a family apart from the Llama block. */
type Flags = Pick<
  DecoderConfig,
  | 'norm'
  | 'gatedMlp'
  | 'queryKeyNorm'
  | 'postNorms'
  | 'fused'
  | 'transposed'
  | 'queryBias'
  | 'outputBias'
  | 'mlpBias'
  | 'positions'
> & {
  /** The layers' attention, before `layer_types` overrules it. */
  readonly attention: (layer: number) => LayerAttention;
  readonly scaledEmbeddings?: boolean;
};

export type DecoderFamily = {
  /** Defaults of transformers' configuration class, which a config.json may leave out. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** Fields that must have this value; `undefined` allows the field to be absent too. */
  readonly activations: readonly string[];
  readonly flags: (raw: RawConfig) => Flags;
};

const llamaBlock = (raw: RawConfig): Flags => ({
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
  attention: () => 'full',
});

const llamaDefaults = {
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
};

/** Above `max_window_layers`, and only when the model says that it uses the window at all. */
const qwenAttention =
  (raw: RawConfig) =>
  (layer: number): LayerAttention =>
    raw.use_sliding_window && raw.sliding_window != null && layer >= raw.max_window_layers
      ? 'sliding'
      : 'full';

const qwenDefaults = {
  ...llamaDefaults,
  vocab_size: 151_936,
  intermediate_size: 22_016,
  max_position_embeddings: 32_768,
  sliding_window: 4096,
  bos_token_id: null,
  eos_token_id: null,
};

/** Every decoder family by its `model_type`: class defaults, and how it differs from Llama's block. */
export const decoderFamilies: Readonly<Record<DecoderType, DecoderFamily>> = {
  llama: { defaults: llamaDefaults, activations: ['silu', 'swish'], flags: llamaBlock },
  mistral: {
    defaults: {
      ...llamaDefaults,
      intermediate_size: 14_336,
      num_key_value_heads: 8,
      max_position_embeddings: 131_072,
      sliding_window: 4096,
    },
    activations: ['silu', 'swish'],
    flags: (raw) => ({
      ...llamaBlock(raw),
      queryBias: false,
      outputBias: false,
      mlpBias: false,
      attention: () => (raw.sliding_window == null ? 'full' : 'sliding'),
    }),
  },
  qwen2: {
    defaults: { ...qwenDefaults, num_key_value_heads: 32 },
    activations: ['silu', 'swish'],
    flags: (raw) => ({
      ...llamaBlock(raw),
      queryBias: true,
      outputBias: false,
      mlpBias: false,
      attention: qwenAttention(raw),
    }),
  },
  qwen3: {
    defaults: { ...qwenDefaults, num_key_value_heads: 32, head_dim: 128 },
    activations: ['silu', 'swish'],
    flags: (raw) => ({
      ...llamaBlock(raw),
      mlpBias: false,
      queryKeyNorm: true,
      attention: qwenAttention(raw),
    }),
  },
  gemma3_text: {
    defaults: {
      vocab_size: 262_208,
      hidden_size: 2304,
      intermediate_size: 9216,
      num_hidden_layers: 26,
      num_attention_heads: 8,
      num_key_value_heads: 4,
      head_dim: 256,
      hidden_act: 'gelu_pytorch_tanh',
      max_position_embeddings: 131_072,
      rms_norm_eps: 1e-6,
      tie_word_embeddings: true,
      query_pre_attn_scalar: 256,
      sliding_window: 4096,
      pad_token_id: 0,
      bos_token_id: 2,
      eos_token_id: 1,
    },
    activations: ['gelu_pytorch_tanh'],
    flags: (raw) => ({
      ...llamaBlock(raw),
      norm: 'rms-plus-one',
      mlpBias: false,
      queryKeyNorm: true,
      postNorms: true,
      scaledEmbeddings: true,
      attention: (layer) =>
        (layer + 1) % (raw.sliding_window_pattern ?? 6) === 0 ? 'full' : 'sliding',
    }),
  },
  phi3: {
    defaults: {
      ...llamaDefaults,
      vocab_size: 32_064,
      hidden_size: 3072,
      intermediate_size: 8192,
      max_position_embeddings: 4096,
      rms_norm_eps: 1e-5,
      pad_token_id: 32_000,
      eos_token_id: 32_000,
    },
    activations: ['silu', 'swish'],
    flags: (raw) => ({
      ...llamaBlock(raw),
      queryBias: false,
      outputBias: false,
      mlpBias: false,
      fused: true,
      attention: () => (raw.sliding_window == null ? 'full' : 'sliding'),
    }),
  },
  gpt2: {
    defaults: {
      vocab_size: 50_257,
      n_positions: 1024,
      n_embd: 768,
      n_layer: 12,
      n_head: 12,
      activation_function: 'gelu_new',
      layer_norm_epsilon: 1e-5,
      tie_word_embeddings: true,
      bos_token_id: 50_256,
      eos_token_id: 50_256,
    },
    activations: ['gelu_new', 'gelu_pytorch_tanh', 'gelu'],
    flags: (raw) => ({
      ...llamaBlock(raw),
      norm: 'layer',
      gatedMlp: false,
      fused: true,
      transposed: true,
      queryBias: true,
      outputBias: true,
      mlpBias: true,
      positions: 'learned',
    }),
  },
};

/** GPT-2's field names as the other families call them. */
export function fromGpt2(
  file: string,
  json: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const refuse = (field: string, wanted: unknown): void => {
    if (json[field] !== undefined && json[field] !== wanted)
      throw new UnsupportedModelError(file, field, `is ${JSON.stringify(json[field])}`);
  };
  refuse('scale_attn_weights', true);
  refuse('scale_attn_by_inverse_layer_idx', false);
  refuse('add_cross_attention', false);
  // transformers' own names for them, which win where both are given.
  const hidden = json.hidden_size ?? json.n_embd;
  return {
    ...json,
    hidden_size: hidden,
    intermediate_size: json.n_inner ?? (typeof hidden === 'number' ? 4 * hidden : undefined),
    num_hidden_layers: json.num_hidden_layers ?? json.n_layer,
    num_attention_heads: json.num_attention_heads ?? json.n_head,
    hidden_act: json.activation_function,
    max_position_embeddings: json.max_position_embeddings ?? json.n_positions,
    rms_norm_eps: json.layer_norm_epsilon,
  };
}
