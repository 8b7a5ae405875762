import type { DecoderConfig, LayerAttention } from '../checkpoint/decoder-config.ts';
import type { Dimension } from '../graph/shape.ts';
import { constant, input, type Value } from '../graph/value.ts';
import { type DecoderWeights, decoderHidden, decoderLogits } from '../models/decoder.ts';
import { type Rotation, rotated, rotationAt } from '../nn/attention.ts';
import type { Graph } from '../onnx/encode.ts';
import { greaterOrEqual, where } from '../ops/comparison.ts';
import { add, div, exp, maximum, sub } from '../ops/elementwise.ts';
import { gatherRows } from '../ops/index-rows.ts';
import { reshape, transpose } from '../ops/layout.ts';
import { matmul } from '../ops/matmul.ts';
import { reduceMax, reduceSum } from '../ops/reduce.ts';

/** `prefill` reads many tokens of one sequence; `step` reads one token of many sequences. */
export type DecodeKind = 'prefill' | 'step';

export type DecodeGraphOptions = {
  readonly config: DecoderConfig;
  readonly weights: DecoderWeights;
  readonly kind: DecodeKind;
  /** Positions that the rotary tables cover. */
  readonly maxContext: number;
};

const last = { axes: [-1], keepDims: true } as const;
const masked = -1e9;

/**
 * The forward pass of generation over a key-value cache that is only read: new keys and values come
 * out, and the caller writes them into the cache in place, so that the past is never copied.
 *
 * Inputs: `tokens` [rows·new], `positions` [rows, new], `past_mask` [rows, 1, 1, past] (0 or a large
 * negative number), `past_key.<layer>` and `past_value.<layer>` [rows, keyValueHeads, past, headSize];
 * for prefill also `causal_mask` [1, 1, new, new] and `last` [1], the row whose logits are wanted.
 * Outputs: `logits` [rows, vocabulary], `key.<layer>` and `value.<layer>` [rows, keyValueHeads, new,
 * headSize]. Prefill has one row and any number of new tokens, a step any number of rows and one token.
 */
export function decodeGraph({ config, weights, kind, maxContext }: DecodeGraphOptions): Graph {
  const rows: Dimension = kind === 'prefill' ? 1 : 'rows';
  const fresh: Dimension = kind === 'prefill' ? 'new' : 1;
  const count: Dimension = kind === 'prefill' ? 'new' : 'rows';
  const { heads, keyValueHeads, headSize } = config;
  const group = heads / keyValueHeads;

  const positions = input('positions', [rows, fresh], 'int32');
  const scale = config.attentionScale;
  const rotations = new Map<LayerAttention, Rotation>();
  const rotationOf = (kind: LayerAttention): Rotation => {
    const known =
      rotations.get(kind) ??
      (config.positions === 'rotary'
        ? rotationAt(config.rope[kind], positions, { limit: maxContext, scale })
        : { scale, tables: null });
    rotations.set(kind, known);
    return known;
  };
  const pastMask = input('past_mask', [rows, 1, 1, 'past'], 'float32');
  const causalMask =
    kind === 'prefill' ? input('causal_mask', [1, 1, fresh, fresh], 'float32') : undefined;
  const outputs: Record<string, Value> = {};
  const sliding = slidingMasks(config, positions, rows, fresh);
  const pastMaskOf = (attention: LayerAttention): Value =>
    attention === 'sliding' ? add(pastMask, sliding().past) : pastMask;
  const ownMaskOf = (attention: LayerAttention): Value | undefined =>
    causalMask === undefined || attention === 'full' ? causalMask : add(causalMask, sliding().own);

  const split = (x: Value, parts: number): Value =>
    transpose(reshape(x, [rows, fresh, parts, headSize]), [0, 2, 1, 3]);
  const grouped = (x: Value, size: Dimension): Value =>
    reshape(x, [rows, keyValueHeads, kind === 'prefill' ? -1 : group, size]);
  const scoresOf = (query: Value, keys: Value, size: Dimension): Value =>
    reshape(matmul(query, keys, { transB: true }), [
      rows,
      heads,
      kind === 'prefill' ? -1 : 1,
      size,
    ]);

  const hidden = decoderHidden(config, weights, {
    tokens: input('tokens', [count], 'int32'),
    positions: reshape(positions, [count]),
    attend: ({ layer, kind: attention, query, key, value }) => {
      const rotation = rotationOf(attention);
      const past = [rows, keyValueHeads, 'past', headSize];
      const pastKey = input(`past_key.${layer}`, past, 'float32');
      const pastValue = input(`past_value.${layer}`, past, 'float32');
      const k = rotated(split(key, keyValueHeads), 'key', rotation);
      const v = split(value, keyValueHeads);
      outputs[`key.${layer}`] = k;
      outputs[`value.${layer}`] = v;
      const q = grouped(rotated(split(query, heads), 'query', rotation), headSize);
      const old = add(scoresOf(q, pastKey, 'past'), pastMaskOf(attention));
      const own = scoresOf(q, k, fresh);
      const ownMask = ownMaskOf(attention);
      const now = ownMask === undefined ? own : add(own, ownMask);
      // One softmax over both parts, without laying past and new end to end.
      const highest = maximum(reduceMax(old, last), reduceMax(now, last));
      const oldWeights = exp(sub(old, highest));
      const newWeights = exp(sub(now, highest));
      const total = add(reduceSum(oldWeights, last), reduceSum(newWeights, last));
      const mixed = add(
        matmul(grouped(oldWeights, 'past'), pastValue),
        matmul(grouped(newWeights, fresh), v),
      );
      const attended = div(
        reshape(mixed, [rows, heads, kind === 'prefill' ? -1 : 1, headSize]),
        total,
      );
      return reshape(transpose(attended, [0, 2, 1, 3]), [count, heads * headSize]);
    },
  });
  const asked = kind === 'prefill' ? gatherRows(hidden, input('last', [1], 'int32')) : hidden;
  return { outputs: { logits: decoderLogits(config, weights, asked), ...outputs } };
}

/**
 * What a sliding layer may not see, as additive masks: of the past `[rows, 1, new, past]`, whose places
 * are counted by the input `past_positions` [past], and of the new tokens `[rows, 1, new, new]`. Made
 * when first asked for, so that other models have no such input.
 */
function slidingMasks(
  { slidingWindow }: DecoderConfig,
  positions: Value,
  rows: Dimension,
  fresh: Dimension,
): () => { readonly past: Value; readonly own: Value } {
  let made: { past: Value; own: Value } | undefined;
  const outside = (key: Value): Value =>
    where(
      greaterOrEqual(sub(reshape(positions, [rows, 1, fresh, 1]), key), slidingWindow),
      constant(masked),
      0,
    );
  return () => {
    made ??= {
      past: outside(reshape(input('past_positions', ['past'], 'int32'), [1, 1, 1, 'past'])),
      own: outside(reshape(positions, [rows, 1, 1, fresh])),
    };
    return made;
  };
}
