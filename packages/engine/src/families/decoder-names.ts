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

/** The names that most families share. */
export function blockOfLlama(layer: number): BlockNames {
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
