import type { DecoderConfig } from '../decoder-config.ts';
import { blockOfLlama } from '../decoder-names.ts';
import { nestedRope } from '../rope-parameters.ts';
import type { DecoderFamily, Deviation, GgufSizes } from './family.ts';
import { llamaFlags, llamaNames } from './llama.ts';

const activation = 'gelu_pytorch_tanh';
/** So many layers up to and with a full one. */
const period = 6;
/** What layers turn by where config.json does not say it. */
const thetas = { sliding: 10_000, full: 1_000_000 } as const;

/** Gemma 3 of text alone. */
export const gemma3: DecoderFamily = {
  className: 'Gemma3Text',
  languageClass: 'Gemma3ForCausalLM',
  names: {
    ...llamaNames,
    block: (layer) => {
      const at = `model.layers.${layer}`;
      return {
        ...blockOfLlama(layer),
        postAttentionNorm: `${at}.post_attention_layernorm`,
        mlpNorm: `${at}.pre_feedforward_layernorm`,
        postMlpNorm: `${at}.post_feedforward_layernorm`,
      };
    },
  },
  prefix: 'model.',
  defaults: {
    vocab_size: 262_208,
    hidden_size: 2304,
    intermediate_size: 9216,
    num_hidden_layers: 26,
    num_attention_heads: 8,
    num_key_value_heads: 4,
    head_dim: 256,
    hidden_act: activation,
    max_position_embeddings: 131_072,
    rms_norm_eps: 1e-6,
    tie_word_embeddings: true,
    query_pre_attn_scalar: 256,
    sliding_window: 4096,
    pad_token_id: 0,
    bos_token_id: 2,
    eos_token_id: 1,
  },
  activationField: 'hidden_activation',
  activations: [activation],
  // Its own name for the field, and the only one that it reads.
  translate: (_file, json) => ({ ...json, hidden_act: json.hidden_activation ?? activation }),
  ownNames: { hidden_act: 'hidden_activation' },
  notNull: ['head_dim', 'hidden_activation', 'sliding_window'],
  flags: (raw) => ({
    ...llamaFlags(raw),
    norm: 'rms-plus-one',
    mlpBias: false,
    queryKeyNorm: true,
    postNorms: true,
  }),
  attention: (raw, layer) =>
    (layer + 1) % (raw.sliding_window_pattern ?? period) === 0 ? 'full' : 'sliding',
  window: (raw) => raw.sliding_window ?? null,
  rope: (file, raw, headSize) =>
    nestedRope(file, raw, {
      headSize,
      thetas: {
        full: raw.rope_theta ?? thetas.full,
        sliding: raw.rope_local_base_freq ?? thetas.sliding,
      },
      scaled: ['full'],
    }),
  scaledEmbeddings: true,
  ownScoreScalar: true,
  tokenHead: undefined,
  ia3: { targets: ['q_proj', 'v_proj', 'down_proj'], feedForward: ['down_proj'] },
  gguf: {
    architecture: 'gemma3',
    pairedRows: false,
    window: 'computed',
    deviation,
    fixed: (sizes) => ({
      sliding_window_pattern: period,
      rope_local_base_freq: thetas.sliding,
      query_pre_attn_scalar: scoreScalar(sizes),
    }),
  },
  ollama: 'folders and adapters',
};

/** llama.cpp's factor on the scores, which it takes from the model's depth: that of the 27B differs. */
function scoreScalar({ layers, hiddenSize, heads, headSize }: GgufSizes): number {
  return layers === 62 ? hiddenSize / heads : headSize;
}

/** llama.cpp fixes which layers are full, the base of the sliding ones, and the factor on the scores. */
function deviation(config: DecoderConfig): Deviation | undefined {
  for (const [layer, kind] of config.attention.entries()) {
    const fixed = (layer + 1) % period === 0 ? 'full' : 'sliding';
    if (kind !== fixed)
      return {
        field: `layer_types.${layer}`,
        problem: `is "${kind}", but llama.cpp computes "${fixed}" there`,
      };
  }
  const { ropeTheta, ropeScaling } = config.rope.sliding;
  if (ropeTheta !== thetas.sliding || ropeScaling !== null)
    return {
      field: 'rope of sliding layers',
      problem: `has base ${ropeTheta}; llama.cpp has ${thetas.sliding}`,
    };
  const scale = scoreScalar(config) ** -0.5;
  if (Math.abs(scale / config.attentionScale - 1) > 1e-6)
    return {
      field: 'query_pre_attn_scalar',
      problem: `is ${Math.round(config.attentionScale ** -2)}; llama.cpp has ${scoreScalar(config)}`,
    };
  return undefined;
}
