import { UnsupportedModelError } from '../formats/error.ts';
import {
  type DecoderConfig,
  type DecoderType,
  decoderTypes,
  type LayerAttention,
} from './decoder-config.ts';
import { decoderFamilies, fromGpt2, type RawConfig, rawConfigSchema } from './decoder-families.ts';
import type { RopeConfig } from './rope-config.ts';
import { nestedRope, sharedRope } from './rope-parameters.ts';

const activations: Readonly<Record<string, DecoderConfig['activation']>> = {
  silu: 'silu',
  swish: 'silu',
  gelu: 'gelu',
  gelu_new: 'gelu-tanh',
  gelu_pytorch_tanh: 'gelu-tanh',
};

/**
 * Reads a parsed `config.json` in the dialect of transformers 4 (`rope_theta`, `rope_scaling`) or 5
 * (`rope_parameters`). Throws UnsupportedModelError naming the field that this engine cannot honour.
 * @example const config = parseDecoderConfig('config.json', JSON.parse(text));
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
  const isGemma = modelType === 'gemma3_text';
  // Gemma's own name for the field, and the only one that it reads.
  const named = isGemma ? { hidden_act: given.hidden_activation ?? gemmaActivation } : {};
  const filled = { ...family.defaults, ...given, ...named };
  refuseNull(file, given, modelType);
  const parsed = rawConfigSchema.safeParse(modelType === 'gpt2' ? fromGpt2(file, filled) : filled);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const field = issue?.path.join('.') || 'config';
    throw new UnsupportedModelError(file, field, issue?.message ?? 'is invalid');
  }
  const raw = parsed.data;
  const activation = activations[raw.hidden_act];
  if (activation === undefined || !family.activations.includes(raw.hidden_act)) {
    const field = isGemma
      ? 'hidden_activation'
      : modelType === 'gpt2'
        ? 'activation_function'
        : 'hidden_act';
    const known = family.activations.map((name) => `"${name}"`).join(', ');
    const problem = `is "${raw.hidden_act}"; supported: ${known}`;
    throw new UnsupportedModelError(file, field, problem);
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
  const attention = layerAttention(file, modelType, raw, attends);
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
    attentionScale: ((isGemma ? raw.query_pre_attn_scalar : undefined) ?? headSize) ** -0.5,
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
  if (raw.text_config != null) refuse('text_config', 'is set; models of text alone are supported');
  if (raw.per_layer_config != null) refuse('per_layer_config', 'is set');
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

/** Throws UnsupportedModelError for a null where the family's class takes none. */
function refuseNull(
  file: string,
  given: Readonly<Record<string, unknown>>,
  modelType: DecoderType,
): void {
  const isDerived = modelType === 'llama' || modelType === 'mistral';
  const fields = [
    ...(isDerived ? [] : ['head_dim']),
    ...(modelType === 'gemma3_text' ? ['hidden_activation', 'sliding_window'] : []),
  ];
  for (const field of fields)
    if (given[field] === null) throw new UnsupportedModelError(file, field, 'is null');
}

/** Tokens that a sliding layer sees; null: the model has no window. */
function windowOf(modelType: DecoderType, raw: RawConfig): number | null {
  if (modelType === 'llama' || modelType === 'gpt2') return null;
  const isOff = modelType.startsWith('qwen') && !raw.use_sliding_window;
  return isOff ? null : (raw.sliding_window ?? null);
}

function layerAttention(
  file: string,
  modelType: DecoderType,
  raw: RawConfig,
  attends: (layer: number) => LayerAttention,
): LayerAttention[] {
  const named = raw.layer_types;
  if (named != null && named.length !== raw.num_hidden_layers) {
    const problem = `has ${named.length} entries for num_hidden_layers ${raw.num_hidden_layers}`;
    throw new UnsupportedModelError(file, 'layer_types', problem);
  }
  const window = windowOf(modelType, raw);
  return Array.from({ length: raw.num_hidden_layers }, (_, layer) => {
    const name = named?.[layer];
    const kind = name === undefined ? attends(layer) : name.replace(/_attention$/, '');
    if (kind !== 'full' && kind !== 'sliding')
      throw new UnsupportedModelError(file, `layer_types.${layer}`, `is "${name}"`);
    if (kind === 'full') return kind;
    if (window === null)
      throw new UnsupportedModelError(
        file,
        `layer_types.${layer}`,
        'is "sliding_attention", but sliding_window is null or use_sliding_window false',
      );
    // A window as long as the context hides nothing; but Gemma's sliding layers rotate in their own way.
    return window >= raw.max_position_embeddings && modelType !== 'gemma3_text' ? 'full' : kind;
  });
}

/** What Gemma's sliding and full layers turn by where config.json does not say it. */
const gemmaThetas = { sliding: 10_000, full: 1_000_000 } as const;
const gemmaActivation = 'gelu_pytorch_tanh';

function ropeByAttention(
  file: string,
  modelType: DecoderType,
  raw: RawConfig,
  headSize: number,
): Record<LayerAttention, RopeConfig> {
  if (modelType === 'gemma3_text')
    return nestedRope(file, raw, {
      headSize,
      thetas: {
        full: raw.rope_theta ?? gemmaThetas.full,
        sliding: raw.rope_local_base_freq ?? gemmaThetas.sliding,
      },
      scaled: ['full'],
    });
  const fields = modelType === 'gpt2' ? { max_position_embeddings: 1 } : raw;
  const rope = sharedRope(file, modelType, fields, headSize);
  return { full: rope, sliding: rope };
}
