import { z } from 'zod';
import { modelSizes } from './config-limits.ts';
import type { LayerAttention } from './decoder-config.ts';
import { UnsupportedModelError } from './error.ts';
import { parseScaling, type RawRope, type RopeConfig, ropeSchema } from './rope-config.ts';

export const encoderTypes = ['bert', 'distilbert', 'roberta', 'modernbert'] as const;
export type EncoderType = (typeof encoderTypes)[number];

/** The architecture of an encoder: sizes and flags, every class default filled in. */
export type EncoderConfig = {
  kind: 'encoder';
  modelType: EncoderType;
  vocabularySize: number;
  hiddenSize: number;
  intermediateSize: number;
  layers: number;
  heads: number;
  keyValueHeads: number;
  headSize: number;
  /** Norms follow what is added (BERT), or come before each part (ModernBERT). */
  norms: 'post' | 'pre';
  normEpsilon: number;
  activation: 'silu' | 'gelu' | 'gelu-tanh';
  /** Queries, keys and values come from one weight, and the MLP is gated. */
  fused: boolean;
  attentionBias: boolean;
  mlpBias: boolean;
  normBias: boolean;
  /** Whether a bias is in the linear layers of the heads above the hidden states. */
  headBias: boolean;
  positions: 'rotary' | 'learned';
  /** The first position's row of the learned table. */
  firstPosition: number;
  /** Kinds of token types; 0: the family has none. */
  tokenTypes: number;
  rope: Record<LayerAttention, RopeConfig>;
  attention: LayerAttention[];
  /** A sliding layer sees so many tokens on either side. */
  reach: number;
  attentionScale: number;
  /** What stands for the whole text in front of a classifier. */
  pooling: 'first' | 'mean';
  maxPositions: number;
  padToken: number | null;
  eosTokens: number[];
  initializerRange: number;
};

const count = z.int().positive();
const layerRope = z.looseObject({
  full_attention: ropeSchema.optional(),
  sliding_attention: ropeSchema.optional(),
});
const rawSchema = z.looseObject({
  ...modelSizes,
  hidden_act: z.string(),
  type_vocab_size: z
    .int()
    .nonnegative()
    .max(2 ** 16)
    .default(0),
  initializer_range: z.number().nonnegative().default(0.02),
  layer_norm_eps: z.number().positive(),
  pad_token_id: z.int().nullish(),
  position_embedding_type: z.string().nullish(),
  is_decoder: z.boolean().default(false),
  attention_bias: z.boolean().default(true),
  mlp_bias: z.boolean().default(true),
  norm_bias: z.boolean().default(true),
  classifier_bias: z.boolean().default(true),
  classifier_pooling: z.enum(['cls', 'mean']).default('cls'),
  classifier_activation: z.string().default('gelu'),
  decoder_bias: z.boolean().default(true),
  local_attention: count.default(128),
  global_attn_every_n_layers: count.default(3),
  global_rope_theta: z.number().positive().default(160_000),
  local_rope_theta: z.number().positive().default(10_000),
  rope_parameters: layerRope.nullish(),
  layer_types: z.array(z.string()).nullish(),
  quantization_config: z.unknown().optional(),
});
type Raw = z.infer<typeof rawSchema>;

const bert = {
  vocab_size: 30_522,
  hidden_size: 768,
  intermediate_size: 3072,
  num_hidden_layers: 12,
  num_attention_heads: 12,
  hidden_act: 'gelu',
  max_position_embeddings: 512,
  type_vocab_size: 2,
  layer_norm_eps: 1e-12,
  pad_token_id: 0,
};
/** Defaults of transformers' configuration classes. */
const defaults: Readonly<Record<EncoderType, Readonly<Record<string, unknown>>>> = {
  bert,
  roberta: { ...bert, vocab_size: 50_265, pad_token_id: 1 },
  distilbert: { ...bert, type_vocab_size: 0, num_hidden_layers: 6 },
  modernbert: {
    ...bert,
    vocab_size: 50_368,
    intermediate_size: 1152,
    num_hidden_layers: 22,
    max_position_embeddings: 8192,
    type_vocab_size: 0,
    layer_norm_eps: 1e-5,
    pad_token_id: 50_283,
    attention_bias: false,
    mlp_bias: false,
    norm_bias: false,
    classifier_bias: false,
  },
};
/** Other names of the fields above. */
const aliases: Readonly<Partial<Record<EncoderType, Readonly<Record<string, string>>>>> = {
  distilbert: {
    dim: 'hidden_size',
    hidden_dim: 'intermediate_size',
    n_layers: 'num_hidden_layers',
    n_heads: 'num_attention_heads',
    activation: 'hidden_act',
  },
  modernbert: { norm_eps: 'layer_norm_eps', hidden_activation: 'hidden_act' },
};

/** Reads a parsed `config.json` of an encoder. Throws UnsupportedModelError naming the field at fault. */
export function parseEncoderConfig(
  file: string,
  modelType: EncoderType,
  json: Readonly<Record<string, unknown>>,
): EncoderConfig {
  const filled: Record<string, unknown> = { ...defaults[modelType], ...json };
  for (const [alias, field] of Object.entries(aliases[modelType] ?? {}))
    if (json[alias] != null) filled[field] = json[alias];
  const parsed = rawSchema.safeParse(filled);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const field = issue?.path.join('.') || 'config';
    throw new UnsupportedModelError(file, field, issue?.message ?? 'is invalid');
  }
  const raw = parsed.data;
  refuseUnsupported(file, raw, json);
  const headSize = raw.hidden_size / raw.num_attention_heads;
  if (!Number.isInteger(headSize)) {
    const problem = `${raw.num_attention_heads} does not divide hidden_size ${raw.hidden_size}`;
    throw new UnsupportedModelError(file, 'num_attention_heads', problem);
  }
  const modern = modelType === 'modernbert';
  const firstPosition = modelType === 'roberta' ? (raw.pad_token_id ?? 1) + 1 : 0;
  const rope = (given: RawRope | undefined, theta: number): RopeConfig => ({
    rotarySize: headSize,
    ropeTheta: given?.rope_theta ?? theta,
    ropeScaling: given === undefined ? null : parseScaling(file, given),
  });
  return {
    kind: 'encoder',
    modelType,
    vocabularySize: raw.vocab_size,
    hiddenSize: raw.hidden_size,
    intermediateSize: raw.intermediate_size,
    layers: raw.num_hidden_layers,
    heads: raw.num_attention_heads,
    keyValueHeads: raw.num_attention_heads,
    headSize,
    norms: modern ? 'pre' : 'post',
    normEpsilon: raw.layer_norm_eps,
    activation: 'gelu',
    fused: modern,
    attentionBias: raw.attention_bias,
    mlpBias: raw.mlp_bias,
    normBias: raw.norm_bias,
    headBias: raw.classifier_bias,
    positions: modern ? 'rotary' : 'learned',
    firstPosition,
    tokenTypes: raw.type_vocab_size,
    rope: {
      full: rope(raw.rope_parameters?.full_attention, raw.global_rope_theta),
      sliding: rope(raw.rope_parameters?.sliding_attention, raw.local_rope_theta),
    },
    attention: layerAttention(file, modern, raw),
    reach: Math.floor(raw.local_attention / 2),
    attentionScale: headSize ** -0.5,
    pooling: raw.classifier_pooling === 'mean' ? 'mean' : 'first',
    maxPositions: raw.max_position_embeddings - firstPosition,
    padToken: raw.pad_token_id ?? null,
    eosTokens: [],
    initializerRange: raw.initializer_range,
  };
}

function refuseUnsupported(file: string, raw: Raw, json: Readonly<Record<string, unknown>>): void {
  const refuse = (field: string, problem: string): never => {
    throw new UnsupportedModelError(file, field, problem);
  };
  if (raw.hidden_act !== 'gelu') refuse('hidden_act', `is "${raw.hidden_act}"; supported: "gelu"`);
  if (raw.classifier_activation !== 'gelu')
    refuse('classifier_activation', `is "${raw.classifier_activation}"; supported: "gelu"`);
  const positions = raw.position_embedding_type ?? 'absolute';
  if (positions !== 'absolute')
    refuse('position_embedding_type', `is "${positions}"; supported: "absolute"`);
  if (raw.is_decoder) refuse('is_decoder', 'is set; encoders only');
  if (json.sinusoidal_pos_embds === true)
    refuse('sinusoidal_pos_embds', 'is set; learned positions only');
  if (raw.quantization_config != null)
    refuse('quantization_config', 'is set; only plain float weights are supported');
}

function layerAttention(file: string, modern: boolean, raw: Raw): LayerAttention[] {
  return Array.from({ length: raw.num_hidden_layers }, (_, layer) => {
    if (!modern) return 'full';
    const name = raw.layer_types?.[layer];
    const byPattern = layer % raw.global_attn_every_n_layers === 0 ? 'full' : 'sliding';
    const kind = name === undefined ? byPattern : name.replace(/_attention$/, '');
    if (kind !== 'full' && kind !== 'sliding')
      throw new UnsupportedModelError(file, `layer_types.${layer}`, `is "${name}"`);
    return kind;
  });
}
