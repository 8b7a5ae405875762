import type { DecoderConfig } from './decoder-config.ts';

/** The modules of one decoder block, by their paths. What a family lacks is absent. */
type BlockNames = {
  readonly inputNorm: string;
  /** Queries, keys and values apart, or `fusedQueryKeyValue`. */
  readonly query: string;
  readonly key: string;
  readonly value: string;
  readonly fusedQueryKeyValue: string;
  readonly queryNorm: string;
  readonly keyNorm: string;
  readonly output: string;
  readonly postAttentionNorm: string;
  readonly mlpNorm: string;
  readonly gate: string;
  readonly up: string;
  readonly fusedGateUp: string;
  readonly down: string;
  readonly postMlpNorm: string;
};

export type DecoderNames = {
  readonly embedding: string;
  /** Learned positions. */
  readonly positions: string;
  readonly finalNorm: string;
  readonly head: string;
  block(layer: number): BlockNames;
};

/** The paths of a family's modules, as transformers' class for causal language modelling names them. */
export function decoderNames({ modelType, postNorms }: DecoderConfig): DecoderNames {
  return modelType === 'gpt2' ? gpt2Names : postNorms ? gemmaNames : llamaNames;
}

function llamaBlock(layer: number): BlockNames {
  const at = `model.layers.${layer}`;
  return {
    inputNorm: `${at}.input_layernorm`,
    query: `${at}.self_attn.q_proj`,
    key: `${at}.self_attn.k_proj`,
    value: `${at}.self_attn.v_proj`,
    fusedQueryKeyValue: `${at}.self_attn.qkv_proj`,
    queryNorm: `${at}.self_attn.q_norm`,
    keyNorm: `${at}.self_attn.k_norm`,
    output: `${at}.self_attn.o_proj`,
    postAttentionNorm: '',
    mlpNorm: `${at}.post_attention_layernorm`,
    gate: `${at}.mlp.gate_proj`,
    up: `${at}.mlp.up_proj`,
    fusedGateUp: `${at}.mlp.gate_up_proj`,
    down: `${at}.mlp.down_proj`,
    postMlpNorm: '',
  };
}

const llamaNames: DecoderNames = {
  embedding: 'model.embed_tokens',
  positions: '',
  finalNorm: 'model.norm',
  head: 'lm_head',
  block: llamaBlock,
};

const gemmaNames: DecoderNames = {
  ...llamaNames,
  block: (layer) => {
    const at = `model.layers.${layer}`;
    return {
      ...llamaBlock(layer),
      postAttentionNorm: `${at}.post_attention_layernorm`,
      mlpNorm: `${at}.pre_feedforward_layernorm`,
      postMlpNorm: `${at}.post_feedforward_layernorm`,
    };
  },
};

const gpt2Names: DecoderNames = {
  embedding: 'transformer.wte',
  positions: 'transformer.wpe',
  finalNorm: 'transformer.ln_f',
  head: 'lm_head',
  block: (layer) => {
    const at = `transformer.h.${layer}`;
    return {
      ...llamaBlock(layer),
      inputNorm: `${at}.ln_1`,
      fusedQueryKeyValue: `${at}.attn.c_attn`,
      output: `${at}.attn.c_proj`,
      mlpNorm: `${at}.ln_2`,
      up: `${at}.mlp.c_fc`,
      down: `${at}.mlp.c_proj`,
    };
  },
};
