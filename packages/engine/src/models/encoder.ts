import type { LayerAttention } from '../families/decoder-config.ts';
import type { EncoderConfig } from '../families/encoder-config.ts';
import { type EncoderBlockNames, encoderNames } from '../families/encoder-names.ts';
import { constant, type Value } from '../graph/value.ts';
import { remade } from '../ops/block.ts';
import { add, mul } from '../ops/elementwise.ts';
import { gatherRows } from '../ops/index-rows.ts';
import { split } from '../ops/layout.ts';
import { layerNorm } from '../ops/norm.ts';
import { activations, type DecoderInputs, type DecoderWeights } from './decoder.ts';

export type EncoderInputs = DecoderInputs & {
  /** Type of each token, `[tokens]`; only families with token types ask for it. */
  readonly types: () => Value;
};

/**
 * Token ids `[tokens]` → hidden states `[tokens, hiddenSize]`. Embeddings are summed and normed. A block
 * of BERT's kind is x = norm(x + o(attend(q(x), k(x), v(x)))); x = norm(x + down(act(up(x)))); one of
 * ModernBERT's norms first, and its MLP is down(act(a) · b) with [a, b] = up(x).
 */
export function encoderHidden(
  config: EncoderConfig,
  weights: DecoderWeights,
  inputs: EncoderInputs,
): Value {
  const names = encoderNames(config);
  const row = (name: string, indices: Value): Value =>
    gatherRows(weights.tensor(`${name}.weight`), indices);
  const { embedded = (y) => y, border = (y) => y } = inputs;
  let x = embedded(row(names.words, inputs.tokens));
  if (config.positions === 'learned') {
    const first = config.firstPosition;
    x = add(x, row(names.positions, first === 0 ? inputs.positions : add(inputs.positions, first)));
  }
  if (config.tokenTypes > 0) x = add(x, row(names.types, inputs.types()));
  x = encoderNorm(config, weights, names.embeddingNorm, x);
  for (let layer = 0; layer < config.layers; layer++) {
    x = border(x);
    const block = names.block(layer);
    const before = (name: string, y: Value): Value =>
      config.norms === 'pre' ? encoderNorm(config, weights, name, y) : y;
    const after = (name: string, y: Value): Value =>
      config.norms === 'post' ? encoderNorm(config, weights, name, y) : y;
    const kind = config.attention[layer] as LayerAttention;
    const heads = projected(config, weights, block, before(block.attentionNorm, x));
    const attended = weights.linear(block.output, inputs.attend({ layer, kind, ...heads }));
    x = after(block.attentionNorm, add(x, attended));
    const inner = mlp(config, weights, block, before(block.mlpNorm, x));
    x = after(block.mlpNorm, add(x, inner));
  }
  return encoderNorm(config, weights, names.finalNorm, border(x));
}

/** The norm `name` of x `[tokens, hiddenSize]`; x itself where the family has none there. */
function encoderNorm(
  config: EncoderConfig,
  weights: Pick<DecoderWeights, 'tensor'>,
  name: string,
  x: Value,
): Value {
  if (name === '') return x;
  const bias = config.normBias
    ? weights.tensor(`${name}.bias`)
    : constant(0, [config.hiddenSize], 'float32');
  const weight = weights.tensor(`${name}.weight`);
  return remade(layerNorm(x, { weight, bias, epsilon: config.normEpsilon }));
}

function projected(
  config: EncoderConfig,
  weights: DecoderWeights,
  block: EncoderBlockNames,
  x: Value,
) {
  if (!config.fused)
    return {
      query: weights.linear(block.query, x),
      key: weights.linear(block.key, x),
      value: weights.linear(block.value, x),
    };
  const size = config.hiddenSize;
  const parts = split(weights.linear(block.fusedQueryKeyValue, x), [size, size, size], 1);
  const [query, key, value] = parts as [Value, Value, Value];
  return { query, key, value };
}

function mlp(
  config: EncoderConfig,
  weights: DecoderWeights,
  block: EncoderBlockNames,
  x: Value,
): Value {
  const activate = activations[config.activation];
  const up = weights.linear(block.up, x);
  if (!config.fused) return weights.linear(block.down, remade(activate(up)));
  const size = config.intermediateSize;
  const [activated, gate] = split(up, [size, size], 1) as [Value, Value];
  return weights.linear(block.down, remade(mul(remade(activate(activated)), gate)));
}
