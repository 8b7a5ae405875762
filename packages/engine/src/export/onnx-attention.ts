import type { LayerAttention } from '../families/decoder-config.ts';
import type { RopeConfig } from '../families/rope-config.ts';
import { constant, type Value } from '../graph/value.ts';
import { ropeTable } from '../nn/rope-table.ts';
import { where } from '../ops/comparison.ts';
import { add, mul, sub } from '../ops/elementwise.ts';
import { gatherRows } from '../ops/index-rows.ts';
import { concat, reshape, split, transpose } from '../ops/layout.ts';
import { matmul } from '../ops/matmul.ts';
import { softmax } from '../ops/softmax.ts';
import { unflatten } from './dynamic-shape.ts';

/** What of an architecture attention needs to know. */
export type AttentionConfig = {
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headSize: number;
  readonly attentionScale: number;
  readonly positions: 'rotary' | 'learned';
  readonly rope: Record<LayerAttention, RopeConfig>;
  readonly maxPositions: number;
};

const masked = -1e9;

/** Turns heads `[batch, heads, sequence, headSize]` by their positions; nothing where positions are learned. */
export type Rotate = (kind: LayerAttention, heads: Value) => Value;

/**
 * Rotations at `positions` `[batch, sequence]` int64, in the half layout, from tables of every position
 * that the model was made for: cosines of large angles differ from one device to the next.
 */
export function rotations(config: AttentionConfig, positions: Value): Rotate {
  if (config.positions === 'learned') return (_, heads) => heads;
  const made = new Map<LayerAttention, { readonly cos: Value; readonly sin: Value }>();
  const [batch, sequence] = positions.shape;
  const tablesOf = (kind: LayerAttention) => {
    const known = made.get(kind);
    if (known !== undefined) return known;
    const table = ropeTable(config.rope[kind], config.maxPositions);
    const half = config.rope[kind].rotarySize / 2;
    const gathered = (side: Float32Array): Value =>
      reshape(gatherRows(constant(side, [config.maxPositions, half]), positions), [
        batch!,
        1,
        sequence!,
        half,
      ]);
    const fresh = { cos: gathered(table.cos), sin: gathered(table.sin) };
    made.set(kind, fresh);
    return fresh;
  };
  return (kind, heads) => {
    const { cos, sin } = tablesOf(kind);
    const { rotarySize } = config.rope[kind];
    const half = rotarySize / 2;
    const rest = config.headSize - rotarySize;
    const sizes = rest === 0 ? [half, half] : [half, half, rest];
    const [first, second, ...passed] = split(heads, sizes, 3) as [Value, Value, ...Value[]];
    const turned = [sub(mul(first, cos), mul(second, sin)), add(mul(second, cos), mul(first, sin))];
    return concat([...turned, ...passed], 3);
  };
}

/** `[batch · sequence, count · headSize]` → `[batch, count, sequence, headSize]`, cut as `ids` `[batch, sequence]`. */
export function byHead(x: Value, ids: Value, count: number, headSize: number): Value {
  return transpose(unflatten(x, ids, [count, headSize]), [0, 2, 1, 3]);
}

/** An additive mask: 0 where a query sees a key, and so much less elsewhere that its weight is exactly 0. */
export function additiveMask(seen: Value): Value {
  return where(seen, constant(0), masked);
}

/**
 * softmax(scale·q·kᵀ + mask)·v for queries `[batch, heads, sequence, headSize]` and keys and values
 * `[batch, keyValueHeads, total, headSize]` → `[batch · sequence, heads · headSize]`. Grouped queries share
 * their keys by shape, so nothing is repeated.
 */
export function attention(
  { heads, keyValueHeads, headSize, attentionScale }: AttentionConfig,
  { query, key, value, mask }: Record<'query' | 'key' | 'value' | 'mask', Value>,
): Value {
  const [batch, , sequence] = query.shape as [string, number, string];
  const total = key.shape[2]!;
  const group = heads / keyValueHeads;
  const rows = group === 1 ? sequence : `${group}*${sequence}`;
  const grouped = (x: Value, size: number | string): Value =>
    reshape(x, [batch, keyValueHeads, rows, size]);
  const scaled = mul(query, attentionScale);
  const scores = matmul(grouped(scaled, headSize), transpose(key, [0, 1, 3, 2]));
  const weights = softmax(add(reshape(scores, [batch, heads, sequence, total]), mask));
  const mixed = reshape(matmul(grouped(weights, total), value), [batch, heads, sequence, headSize]);
  return reshape(transpose(mixed, [0, 2, 1, 3]), [`${batch}*${sequence}`, heads * headSize]);
}
