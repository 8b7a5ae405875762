import { z } from 'zod';
import { parseFields, UnsupportedModelError } from '../formats/error.ts';
import { modelSizes } from './config-limits.ts';
import type { LayerAttention } from './decoder-config.ts';
import type { RopeConfig } from './rope-config.ts';
import { nestedRope } from './rope-parameters.ts';

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
  rope_parameters: z.looseObject({}).nullish(),
  rope_scaling: z.looseObject({}).nullish(),
  layer_types: z.array(z.string()).nullish(),
  sliding_window: z.unknown().optional(),
  tie_word_embeddings: z.boolean().default(true),
  add_cross_attention: z.boolean().default(false),
  sinusoidal_pos_embds: z.boolean().default(false),
  text_config: z.unknown().optional(),
  per_layer_config: z.unknown().optional(),
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
/** Fields that only ModernBERT has; in other families they say nothing. */
const modernFields = [
  'attention_bias',
  'mlp_bias',
  'norm_bias',
  'classifier_bias',
  'classifier_pooling',
  'classifier_activation',
  'decoder_bias',
  'local_attention',
  'global_attn_every_n_layers',
  'global_rope_theta',
  'local_rope_theta',
  'rope_parameters',
  'rope_scaling',
  'layer_types',
];

/**
 * A family's own names for the fields above. `only`: the class has no other; `both`: it takes the general name too, and
 * prefers it. `unread`: the class does not read what others call so.
 */
type Dialect = {
  readonly only: Readonly<Record<string, string>>;
  readonly both: Readonly<Record<string, string>>;
  readonly unread: readonly string[];
};
const plain: Dialect = { only: {}, both: {}, unread: modernFields };
const dialects: Readonly<Record<EncoderType, Dialect>> = {
  bert: plain,
  roberta: plain,
  distilbert: {
    only: { hidden_dim: 'intermediate_size', activation: 'hidden_act' },
    both: { dim: 'hidden_size', n_layers: 'num_hidden_layers', n_heads: 'num_attention_heads' },
    unread: [...modernFields, 'type_vocab_size', 'layer_norm_eps'],
  },
  modernbert: {
    only: { norm_eps: 'layer_norm_eps', hidden_activation: 'hidden_act' },
    both: {},
    unread: ['type_vocab_size'],
  },
};

/** config.json with the general names and the class's defaults. */
function filledIn(
  modelType: EncoderType,
  json: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const { only, both, unread } = dialects[modelType];
  const own: Record<string, unknown> = { ...json };
  for (const field of [...unread, ...Object.values(only)]) delete own[field];
  for (const [alias, field] of Object.entries(only))
    if (json[alias] != null) own[field] = json[alias];
  for (const [alias, field] of Object.entries(both))
    if (json[field] == null && json[alias] != null) own[field] = json[alias];
  return { ...defaults[modelType], ...own };
}

/** Reads a parsed `config.json` of an encoder. Throws UnsupportedModelError naming the field at fault. */
export function parseEncoderConfig(
  file: string,
  modelType: EncoderType,
  json: Readonly<Record<string, unknown>>,
): EncoderConfig {
  const raw = parseFields(rawSchema, file, filledIn(modelType, json));
  refuseUnsupported(file, modelType, raw);
  const headSize = raw.hidden_size / raw.num_attention_heads;
  if (!Number.isInteger(headSize)) {
    const problem = `${raw.num_attention_heads} does not divide hidden_size ${raw.hidden_size}`;
    throw new UnsupportedModelError(file, 'num_attention_heads', problem);
  }
  const modern = modelType === 'modernbert';
  const firstPosition = modelType === 'roberta' ? (raw.pad_token_id ?? 1) + 1 : 0;
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
    rope: nestedRope(file, raw, {
      headSize,
      thetas: { full: raw.global_rope_theta, sliding: raw.local_rope_theta },
      scaled: ['full', 'sliding'],
    }),
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

function refuseUnsupported(file: string, modelType: EncoderType, raw: Raw): void {
  const refuse = (field: string, problem: string): never => {
    throw new UnsupportedModelError(file, field, problem);
  };
  const { only } = dialects[modelType];
  const activation = Object.keys(only).find((name) => only[name] === 'hidden_act') ?? 'hidden_act';
  if (raw.hidden_act !== 'gelu') refuse(activation, `is "${raw.hidden_act}"; supported: "gelu"`);
  if (raw.classifier_activation !== 'gelu')
    refuse('classifier_activation', `is "${raw.classifier_activation}"; supported: "gelu"`);
  const positions = raw.position_embedding_type ?? 'absolute';
  if (positions !== 'absolute')
    refuse('position_embedding_type', `is "${positions}"; supported: "absolute"`);
  if (raw.is_decoder) refuse('is_decoder', 'is set; encoders only');
  if (raw.add_cross_attention) refuse('add_cross_attention', 'is set; encoders only');
  if (raw.sinusoidal_pos_embds) refuse('sinusoidal_pos_embds', 'is set; learned positions only');
  if (!raw.decoder_bias) refuse('decoder_bias', 'is false; an output layer with a bias only');
  if (!raw.tie_word_embeddings)
    refuse('tie_word_embeddings', 'is false; the output layer is the word embeddings again');
  if (raw.quantization_config != null)
    refuse('quantization_config', 'is set; only plain float weights are supported');
  if (raw.text_config != null) refuse('text_config', 'is set; models of text alone are supported');
  if (raw.per_layer_config != null) refuse('per_layer_config', 'is set');
  if ((modelType === 'bert' || modelType === 'roberta') && raw.type_vocab_size === 0)
    refuse('type_vocab_size', 'is 0; the family adds the embedding of a type to every token');
  if (modelType === 'roberta' && raw.pad_token_id == null)
    refuse('pad_token_id', 'is null, but positions are counted from it');
  const isNull = (kind: string): boolean => raw.rope_parameters?.[kind] === null;
  const nothing = Object.keys(raw.rope_parameters ?? {}).find(isNull);
  if (nothing !== undefined) refuse(`rope_parameters.${nothing}`, 'is null');
  if (modelType === 'modernbert' && raw.sliding_window !== undefined)
    refuse('sliding_window', 'is set; ModernBERT names its window local_attention');
}

function layerAttention(file: string, modern: boolean, raw: Raw): LayerAttention[] {
  const named = raw.layer_types;
  if (named != null && named.length !== raw.num_hidden_layers) {
    const problem = `has ${named.length} entries for num_hidden_layers ${raw.num_hidden_layers}`;
    throw new UnsupportedModelError(file, 'layer_types', problem);
  }
  return Array.from({ length: raw.num_hidden_layers }, (_, layer) => {
    if (!modern) return 'full';
    const name = named?.[layer];
    const byPattern = layer % raw.global_attn_every_n_layers === 0 ? 'full' : 'sliding';
    const kind = name === undefined ? byPattern : name.replace(/_attention$/, '');
    if (kind !== 'full' && kind !== 'sliding')
      throw new UnsupportedModelError(file, `layer_types.${layer}`, `is "${name}"`);
    return kind;
  });
}
