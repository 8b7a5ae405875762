import type { DecoderConfig, LayerAttention } from '../families/decoder-config.ts';
import { decoderNames } from '../families/decoder-families.ts';
import type { Value } from '../graph/value.ts';
import { gelu, geluTanh, silu } from '../ops/activation.ts';
import { remade } from '../ops/block.ts';
import { add, mul } from '../ops/elementwise.ts';
import { gatherRows } from '../ops/index-rows.ts';
import { reshape, split } from '../ops/layout.ts';
import { matmul } from '../ops/matmul.ts';
import { layerNorm, rmsNorm } from '../ops/norm.ts';

/**
 * Where a model finds its weights. `linear` is a function so that whoever builds the graph decides what
 * a linear layer is: frozen, trained, adapted or quantized.
 */
export type DecoderWeights = {
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
type Attend = (heads: {
  readonly layer: number;
  readonly kind: LayerAttention;
  readonly query: Value;
  readonly key: Value;
  readonly value: Value;
}) => Value;

export type DecoderInputs = {
  /** Token ids `[tokens]`. */
  readonly tokens: Value;
  /** Place of each token in its sequence, `[tokens]`. */
  readonly positions: Value;
  readonly attend: Attend;
  /** Changes the token embeddings `[tokens, hiddenSize]` before positions are added. */
  readonly embedded?: ((x: Value) => Value) | undefined;
  /** Changes what goes into each block, and comes out of the last one. */
  readonly border?: ((x: Value) => Value) | undefined;
};

/** What a block's MLP applies, by the names of configurations. */
export const activations = { silu, gelu, 'gelu-tanh': geluTanh } as const;

/**
 * Token ids `[tokens]` → final normed hidden states `[tokens, hiddenSize]`. A block is
 * x += p(o(attend(q(n), k(n), v(n)))), n = norm(x);  x += p(mlp(norm(x))), where p is a norm in the
 * families that have one there, and nothing in the others.
 */
export function decoderHidden(
  config: DecoderConfig,
  weights: DecoderWeights,
  { tokens, positions, attend, embedded = (x) => x, border = (x) => x }: DecoderInputs,
): Value {
  const names = decoderNames(config);
  let x = gatherRows(weights.tensor(`${names.embedding}.weight`), tokens);
  if (config.embeddingScale !== 1) x = mul(x, config.embeddingScale);
  x = embedded(x);
  if (config.positions === 'learned')
    x = add(x, gatherRows(weights.tensor(`${names.positions}.weight`), positions));
  const norm = (name: string, y: Value): Value =>
    name === '' ? y : normed(config, weights, name, y);
  for (let layer = 0; layer < config.layers; layer++) {
    x = border(x);
    const block = names.block(layer);
    const before = norm(block.inputNorm, x);
    const heads = projected(config, weights, block, before);
    const kind = config.attention[layer] as LayerAttention;
    const attended = weights.linear(block.output, attend({ layer, kind, ...heads }));
    x = add(x, norm(block.postAttentionNorm, attended));
    const between = norm(block.mlpNorm, x);
    x = add(x, norm(block.postMlpNorm, mlp(config, weights, block, between)));
  }
  return norm(names.finalNorm, border(x));
}

/** The head's weight `[vocabularySize, hiddenSize]`: the input embedding again when the two are tied. */
export function decoderHead(config: DecoderConfig, weights: DecoderWeights): Value {
  const names = decoderNames(config);
  return weights.tensor(`${config.tieEmbeddings ? names.embedding : names.head}.weight`);
}

/** Hidden states `[rows, hiddenSize]` → logits `[rows, vocabularySize]`. */
export function decoderLogits(
  config: DecoderConfig,
  weights: DecoderWeights,
  hidden: Value,
): Value {
  return matmul(hidden, decoderHead(config, weights), { transB: true });
}

function normed(config: DecoderConfig, weights: DecoderWeights, name: string, x: Value): Value {
  const weight = weights.tensor(`${name}.weight`);
  const epsilon = config.normEpsilon;
  if (config.norm === 'layer')
    return remade(layerNorm(x, { weight, bias: weights.tensor(`${name}.bias`), epsilon }));
  return remade(rmsNorm(x, config.norm === 'rms-plus-one' ? add(weight, 1) : weight, epsilon));
}

type Block = ReturnType<ReturnType<typeof decoderNames>['block']>;

/** Queries, keys and values of normed hidden states, before rotation. */
function projected(config: DecoderConfig, weights: DecoderWeights, block: Block, x: Value) {
  const queries = config.heads * config.headSize;
  const keys = config.keyValueHeads * config.headSize;
  const [query, key, value] = config.fused
    ? (split(weights.linear(block.fusedQueryKeyValue, x), [queries, keys, keys], 1) as [
        Value,
        Value,
        Value,
      ])
    : [
        weights.linear(block.query, x),
        weights.linear(block.key, x),
        weights.linear(block.value, x),
      ];
  if (!config.queryKeyNorm) return { query, key, value };
  const perHead = (name: string, heads: Value, width: number): Value =>
    reshape(normed(config, weights, name, reshape(heads, [-1, config.headSize])), [-1, width]);
  return {
    query: perHead(block.queryNorm, query, queries),
    key: perHead(block.keyNorm, key, keys),
    value,
  };
}

function mlp(config: DecoderConfig, weights: DecoderWeights, block: Block, x: Value): Value {
  const activate = activations[config.activation];
  const { intermediateSize } = config;
  if (!config.gatedMlp)
    return weights.linear(block.down, remade(activate(weights.linear(block.up, x))));
  const [gate, up] = config.fused
    ? (split(weights.linear(block.fusedGateUp, x), [intermediateSize, intermediateSize], 1) as [
        Value,
        Value,
      ])
    : [weights.linear(block.gate, x), weights.linear(block.up, x)];
  return weights.linear(block.down, remade(mul(remade(activate(gate)), up)));
}
