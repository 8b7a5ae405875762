import type { LlamaConfig } from './llama-config.ts';

/**
 * Name and shape of every weight that a Llama checkpoint holds, in forward order. Linear weights are
 * [out, in]. A tied head has no tensor of its own: the input embedding is the only copy.
 */
export function llamaTensors(config: LlamaConfig): Map<string, number[]> {
  const { hiddenSize, intermediateSize, vocabularySize, headSize, attentionBias, mlpBias } = config;
  const queryWidth = config.heads * headSize;
  const keyWidth = config.keyValueHeads * headSize;
  const tensors = new Map<string, number[]>();
  const linear = (name: string, out: number, into: number, bias: boolean): void => {
    tensors.set(`${name}.weight`, [out, into]);
    if (bias) tensors.set(`${name}.bias`, [out]);
  };
  tensors.set('model.embed_tokens.weight', [vocabularySize, hiddenSize]);
  for (let layer = 0; layer < config.layers; layer++) {
    const at = `model.layers.${layer}`;
    tensors.set(`${at}.input_layernorm.weight`, [hiddenSize]);
    linear(`${at}.self_attn.q_proj`, queryWidth, hiddenSize, attentionBias);
    linear(`${at}.self_attn.k_proj`, keyWidth, hiddenSize, attentionBias);
    linear(`${at}.self_attn.v_proj`, keyWidth, hiddenSize, attentionBias);
    linear(`${at}.self_attn.o_proj`, hiddenSize, queryWidth, attentionBias);
    tensors.set(`${at}.post_attention_layernorm.weight`, [hiddenSize]);
    linear(`${at}.mlp.gate_proj`, intermediateSize, hiddenSize, mlpBias);
    linear(`${at}.mlp.up_proj`, intermediateSize, hiddenSize, mlpBias);
    linear(`${at}.mlp.down_proj`, hiddenSize, intermediateSize, mlpBias);
  }
  tensors.set('model.norm.weight', [hiddenSize]);
  if (!config.tieEmbeddings) tensors.set('lm_head.weight', [vocabularySize, hiddenSize]);
  return tensors;
}
