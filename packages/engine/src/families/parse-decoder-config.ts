import { parseFields, UnsupportedModelError } from '../formats/error.ts';
import type { DecoderConfig, LayerAttention } from './decoder-config.ts';
import { decoderFamilies } from './decoder-families.ts';
import type { DecoderFamily } from './decoders/family.ts';
import { type RawConfig, rawConfigSchema } from './decoders/raw-config.ts';

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
  const modelType = String(given.model_type);
  const family = decoderFamilies.get(modelType);
  if (family === undefined) {
    const known = [...decoderFamilies.keys()].map((name) => `"${name}"`).join(', ');
    const problem = `is ${JSON.stringify(given.model_type)}; supported: ${known}`;
    throw new UnsupportedModelError(file, 'model_type', problem);
  }
  const filled = { ...family.defaults, ...given };
  for (const field of family.notNull)
    if (given[field] === null) throw new UnsupportedModelError(file, field, 'is null');
  const raw = parseFields(rawConfigSchema, file, family.translate?.(file, filled) ?? filled);
  const activation = activations[raw.hidden_act];
  if (activation === undefined || !family.activations.includes(raw.hidden_act)) {
    const field = family.activationField ?? 'hidden_act';
    const known = family.activations.map((name) => `"${name}"`).join(', ');
    const problem = `is "${raw.hidden_act}"; supported: ${known}`;
    throw new UnsupportedModelError(file, field, problem);
  }
  refuseUnsupported(file, raw);
  const headSize = raw.head_dim ?? shared(file, raw, 'hidden_size', 'num_attention_heads');
  const keyValueHeads = raw.num_key_value_heads ?? raw.num_attention_heads;
  shared(
    file,
    { ...raw, num_key_value_heads: keyValueHeads },
    'num_attention_heads',
    'num_key_value_heads',
  );
  const rope = family.rope(file, raw, headSize);
  const attention = layerAttention(file, family, raw, rope.full === rope.sliding);
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
    ...family.flags(raw),
    embeddingScale: family.scaledEmbeddings ? Math.fround(Math.sqrt(raw.hidden_size)) : 1,
    attentionScale:
      ((family.ownScoreScalar ? raw.query_pre_attn_scalar : undefined) ?? headSize) ** -0.5,
    rope,
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

function layerAttention(
  file: string,
  family: DecoderFamily,
  raw: RawConfig,
  isSameRope: boolean,
): LayerAttention[] {
  const named = raw.layer_types;
  if (named != null && named.length !== raw.num_hidden_layers) {
    const problem = `has ${named.length} entries for num_hidden_layers ${raw.num_hidden_layers}`;
    throw new UnsupportedModelError(file, 'layer_types', problem);
  }
  const window = family.window(raw);
  return Array.from({ length: raw.num_hidden_layers }, (_, layer) => {
    const name = named?.[layer];
    const kind =
      name === undefined ? family.attention(raw, layer) : name.replace(/_attention$/, '');
    if (kind !== 'full' && kind !== 'sliding')
      throw new UnsupportedModelError(file, `layer_types.${layer}`, `is "${name}"`);
    if (kind === 'full') return kind;
    if (window === null)
      throw new UnsupportedModelError(
        file,
        `layer_types.${layer}`,
        'is "sliding_attention", but sliding_window is null or use_sliding_window false',
      );
    // A window as long as the context hides nothing, unless sliding layers rotate in their own way.
    return window >= raw.max_position_embeddings && isSameRope ? 'full' : kind;
  });
}
