import type { LlamaConfig } from '../checkpoint/llama-config.ts';
import type { Value } from '../graph/value.ts';
import { silu } from '../ops/activation.ts';
import { add, mul } from '../ops/elementwise.ts';
import { gatherRows } from '../ops/index-rows.ts';
import { matmul } from '../ops/matmul.ts';
import { rmsNorm } from '../ops/norm.ts';

/**
 * Where a model finds its weights. `linear` is a function so that whoever builds the graph decides what
 * a linear layer is: frozen, trained, adapted or quantized.
 */
export type LlamaWeights = {
  /** A float32 weight by its checkpoint name. */
  tensor(name: string): Value;
  /** y = x·Wᵀ (+ b) for the layer with path `module`: `[tokens, in]` → `[tokens, out]`. */
  linear(module: string, x: Value): Value;
};

/**
 * Attention of one layer: queries `[tokens, heads · headSize]`, keys and values
 * `[tokens, keyValueHeads · headSize]` → `[tokens, heads · headSize]`. Training attends inside packed
 * windows, generation to a cache.
 */
export type Attend = (heads: {
  readonly layer: number;
  readonly query: Value;
  readonly key: Value;
  readonly value: Value;
}) => Value;

/**
 * Token ids `[tokens]` → final normed hidden states `[tokens, hiddenSize]`. A block is
 * x += o(attend(q(n), k(n), v(n))), n = norm(x);  x += down(silu(gate(n)) · up(n)), n = norm(x).
 */
export function llamaHidden(
  config: LlamaConfig,
  weights: LlamaWeights,
  { tokens, attend }: { readonly tokens: Value; readonly attend: Attend },
): Value {
  const norm = (name: string, x: Value): Value =>
    rmsNorm(x, weights.tensor(`${name}.weight`), config.normEpsilon);
  let x = gatherRows(weights.tensor('model.embed_tokens.weight'), tokens);
  for (let layer = 0; layer < config.layers; layer++) {
    const block = `model.layers.${layer}`;
    const before = norm(`${block}.input_layernorm`, x);
    const attended = attend({
      layer,
      query: weights.linear(`${block}.self_attn.q_proj`, before),
      key: weights.linear(`${block}.self_attn.k_proj`, before),
      value: weights.linear(`${block}.self_attn.v_proj`, before),
    });
    x = add(x, weights.linear(`${block}.self_attn.o_proj`, attended));
    const between = norm(`${block}.post_attention_layernorm`, x);
    const gate = silu(weights.linear(`${block}.mlp.gate_proj`, between));
    const up = weights.linear(`${block}.mlp.up_proj`, between);
    x = add(x, weights.linear(`${block}.mlp.down_proj`, mul(gate, up)));
  }
  return norm('model.norm', x);
}

/** The head's weight `[vocabularySize, hiddenSize]`: the input embedding again when the two are tied. */
export function llamaHead(config: LlamaConfig, weights: LlamaWeights): Value {
  return weights.tensor(config.tieEmbeddings ? 'model.embed_tokens.weight' : 'lm_head.weight');
}

/** Hidden states `[rows, hiddenSize]` → logits `[rows, vocabularySize]`. */
export function llamaLogits(config: LlamaConfig, weights: LlamaWeights, hidden: Value): Value {
  return matmul(hidden, llamaHead(config, weights), { transB: true });
}
