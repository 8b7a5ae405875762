import {
  type DecoderConfig,
  type DecoderType,
  decoderTypes,
  type LayerAttention,
} from './decoder-config.ts';
import { decoderFamilies, fromGpt2, type RawConfig, rawConfigSchema } from './decoder-families.ts';
import { UnsupportedModelError } from './error.ts';
import { parseScaling, type RawRope, type RopeConfig } from './rope-config.ts';

const activations: Readonly<Record<string, DecoderConfig['activation']>> = {
  silu: 'silu',
  gelu: 'gelu',
  gelu_new: 'gelu-tanh',
  gelu_pytorch_tanh: 'gelu-tanh',
};

/**
 * Reads a parsed `config.json` in the dialect of transformers 4 (`rope_theta`, `rope_scaling`) or 5
 * (`rope_parameters`). Throws UnsupportedModelError naming the field that this engine cannot honour.
 */
export function parseDecoderConfig(file: string, json: unknown): DecoderConfig {
  const given = (json ?? {}) as Readonly<Record<string, unknown>>;
  const modelType = decoderTypes.find((name) => name === given.model_type);
  if (modelType === undefined) {
    const known = decoderTypes.map((name) => `"${name}"`).join(', ');
    const problem = `is ${JSON.stringify(given.model_type)}; supported: ${known}`;
    throw new UnsupportedModelError(file, 'model_type', problem);
  }
  const family = decoderFamilies[modelType];
  // Gemma's own name for the field.
  const named = given.hidden_activation == null ? {} : { hidden_act: given.hidden_activation };
  const filled = { ...family.defaults, ...given, ...named };
  const parsed = rawConfigSchema.safeParse(modelType === 'gpt2' ? fromGpt2(file, filled) : filled);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const field = issue?.path.join('.') || 'config';
    throw new UnsupportedModelError(file, field, issue?.message ?? 'is invalid');
  }
  const raw = parsed.data;
  const activation = activations[raw.hidden_act];
  if (activation === undefined || !family.activations.includes(raw.hidden_act)) {
    const known = family.activations.map((name) => `"${name}"`).join(', ');
    const problem = `is "${raw.hidden_act}"; supported: ${known}`;
    throw new UnsupportedModelError(file, 'hidden_act', problem);
  }
  refuseUnsupported(file, raw);
  const { attention: attends, scaledEmbeddings, ...flags } = family.flags(raw);
  const headSize = raw.head_dim ?? shared(file, raw, 'hidden_size', 'num_attention_heads');
  const keyValueHeads = raw.num_key_value_heads ?? raw.num_attention_heads;
  shared(
    file,
    { ...raw, num_key_value_heads: keyValueHeads },
    'num_attention_heads',
    'num_key_value_heads',
  );
  const attention = layerAttention(file, raw, attends);
  return {
    kind: 'decoder',
    modelType,
    vocabularySize: raw.vocab_size,
    hiddenSize: raw.hidden_size,
    intermediateSize: raw.intermediate_size,
    layers: raw.num_hidden_layers,
    heads: raw.num_attention_heads,
    keyValueHeads,
    headSize,
    normEpsilon: raw.rms_norm_eps,
    activation,
    ...flags,
    embeddingScale: scaledEmbeddings ? Math.fround(Math.sqrt(raw.hidden_size)) : 1,
    attentionScale: (raw.query_pre_attn_scalar ?? headSize) ** -0.5,
    rope: ropeByAttention(file, modelType, raw, headSize),
    attention,
    slidingWindow: raw.sliding_window ?? raw.max_position_embeddings,
    maxPositions: raw.max_position_embeddings,
    tieEmbeddings: raw.tie_word_embeddings,
    bosToken: raw.bos_token_id ?? null,
    eosTokens: [raw.eos_token_id ?? []].flat(),
    padToken: raw.pad_token_id ?? null,
    initializerRange: raw.initializer_range,
  };
}

function refuseUnsupported(file: string, raw: RawConfig): void {
  const refuse = (field: string, problem: string): never => {
    throw new UnsupportedModelError(file, field, problem);
  };
  if (raw.attention_dropout !== 0) refuse('attention_dropout', 'is not 0');
  if (raw.quantization_config != null)
    refuse('quantization_config', 'is set; only plain float weights are supported');
  if (raw.final_logit_softcapping != null) refuse('final_logit_softcapping', 'is set');
  if (raw.attn_logit_softcapping != null) refuse('attn_logit_softcapping', 'is set');
  if (raw.use_bidirectional_attention) refuse('use_bidirectional_attention', 'is set');
}

/** whole / parts. Throws UnsupportedModelError when that is not a whole number. */
function shared(
  file: string,
  raw: Readonly<Record<string, unknown>>,
  whole: string,
  parts: string,
): number {
  const share = Number(raw[whole]) / Number(raw[parts]);
  if (Number.isInteger(share)) return share;
  const problem = `${raw[parts]} does not divide ${whole} ${raw[whole]}`;
  throw new UnsupportedModelError(file, parts, problem);
}

function layerAttention(
  file: string,
  raw: RawConfig,
  attends: (layer: number) => LayerAttention,
): LayerAttention[] {
  const named = raw.layer_types;
  if (named != null && named.length < raw.num_hidden_layers) {
    const problem = `has ${named.length} entries for ${raw.num_hidden_layers} layers`;
    throw new UnsupportedModelError(file, 'layer_types', problem);
  }
  return Array.from({ length: raw.num_hidden_layers }, (_, layer) => {
    const name = named?.[layer];
    const kind = name === undefined ? attends(layer) : name.replace(/_attention$/, '');
    if (kind !== 'full' && kind !== 'sliding')
      throw new UnsupportedModelError(file, `layer_types.${layer}`, `is "${name}"`);
    // A window as long as the context hides nothing; a full layer needs no second mask.
    const window = raw.sliding_window ?? raw.max_position_embeddings;
    return window >= raw.max_position_embeddings ? 'full' : kind;
  });
}

function ropeByAttention(
  file: string,
  modelType: DecoderType,
  raw: RawConfig,
  headSize: number,
): Record<LayerAttention, RopeConfig> {
  const parameters = raw.rope_parameters ?? undefined;
  const nested = parameters !== undefined && 'full_attention' in parameters;
  const common = nested ? undefined : (parameters as RawRope | undefined);
  const full = (nested ? parameters.full_attention : common) as RawRope | undefined;
  const sliding = (nested ? parameters.sliding_attention : undefined) as RawRope | undefined;
  const share = full?.partial_rotary_factor ?? raw.partial_rotary_factor;
  const rotarySize = Math.trunc(headSize * share);
  const scaled = full ?? raw.rope_scaling ?? undefined;
  const globalRope: RopeConfig = {
    rotarySize,
    ropeTheta: full?.rope_theta ?? raw.rope_theta,
    ropeScaling: scaled === undefined ? null : parseScaling(file, scaled),
  };
  if (modelType !== 'gemma3_text') return { full: globalRope, sliding: globalRope };
  const localRope: RopeConfig = {
    rotarySize,
    ropeTheta: sliding?.rope_theta ?? raw.rope_local_base_freq ?? 10_000,
    ropeScaling: sliding === undefined ? null : parseScaling(file, sliding),
  };
  return { full: globalRope, sliding: localRope };
}
