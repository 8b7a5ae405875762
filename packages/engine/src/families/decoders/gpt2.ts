import { UnsupportedModelError } from '../../formats/error.ts';
import { blockOfLlama } from '../decoder-names.ts';
import { sharedRope } from '../rope-parameters.ts';
import type { DecoderFamily } from './family.ts';

export const gpt2: DecoderFamily = {
  className: 'GPT2',
  languageClass: 'GPT2LMHeadModel',
  names: {
    embedding: 'transformer.wte',
    positions: 'transformer.wpe',
    finalNorm: 'transformer.ln_f',
    head: 'lm_head',
    block: (layer) => {
      const at = `transformer.h.${layer}`;
      return {
        ...blockOfLlama(layer),
        inputNorm: `${at}.ln_1`,
        fusedQueryKeyValue: `${at}.attn.c_attn`,
        output: `${at}.attn.c_proj`,
        mlpNorm: `${at}.ln_2`,
        up: `${at}.mlp.c_fc`,
        down: `${at}.mlp.c_proj`,
      };
    },
  },
  prefix: 'transformer.',
  isPrefixOptional: true,
  buffers: /\.attn\.(masked_)?bias$/,
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
  activationField: 'activation_function',
  activations: ['gelu_new', 'gelu_pytorch_tanh', 'gelu'],
  translate,
  ownNames: {
    hidden_size: 'n_embd',
    intermediate_size: 'n_inner',
    num_hidden_layers: 'n_layer',
    num_attention_heads: 'n_head',
    hidden_act: 'activation_function',
    max_position_embeddings: 'n_positions',
    rms_norm_eps: 'layer_norm_epsilon',
  },
  notNull: ['head_dim'],
  flags: () => ({
    norm: 'layer',
    gatedMlp: false,
    queryKeyNorm: false,
    postNorms: false,
    fused: true,
    transposed: true,
    queryBias: true,
    outputBias: true,
    mlpBias: true,
    positions: 'learned',
  }),
  attention: () => 'full',
  window: () => null,
  rope: (file, _raw, headSize) =>
    sharedRope(file, { max_position_embeddings: 1 }, { modelType: 'gpt2', headSize }),
  narrowResiduals: '.c_proj.weight',
  tokenHead: 'classifier',
  ia3: { targets: ['c_attn', 'mlp.c_proj'], feedForward: ['mlp.c_proj'] },
  gguf: {
    architecture: 'gpt2',
    pairedRows: false,
    window: 'ignored',
    deviation: ({ activation }) =>
      activation === 'gelu-tanh'
        ? undefined
        : {
            field: 'activation_function',
            problem: 'is "gelu", but llama.cpp computes "gelu_new" for GPT-2',
          },
  },
  ollama: 'no',
};

/** GPT-2's field names as the other families call them. */
function translate(file: string, json: Readonly<Record<string, unknown>>): Record<string, unknown> {
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
