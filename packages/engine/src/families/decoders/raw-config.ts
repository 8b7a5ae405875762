import { z } from 'zod';
import { modelSizes } from '../config-limits.ts';

/** The fields of config.json that families share; a family's own names for them are translated before. */
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
  sliding_window_pattern: z.int().positive().nullish(),
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
