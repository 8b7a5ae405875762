import type { RopeConfig } from '../families/rope-config.ts';
import { constant, type Value } from '../graph/value.ts';
import { remade } from '../ops/block.ts';
import { equal, less, where } from '../ops/comparison.ts';
import { add, mul, sub } from '../ops/elementwise.ts';
import { gatherRows } from '../ops/index-rows.ts';
import { concat, pad, reshape, slice, split, transpose } from '../ops/layout.ts';
import { matmul } from '../ops/matmul.ts';
import { expand } from '../ops/reduce.ts';
import { rope } from '../ops/rope.ts';
import { softmax } from '../ops/softmax.ts';
import { ropeTable } from './rope-table.ts';

export type AttentionShape = {
  readonly rows: number;
  readonly tokens: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headSize: number;
};

/** Cosines and sines of each token, `[rows · tokens, rotarySize / 2]`. */
type RopeValues = { readonly cos: Value; readonly sin: Value };

/** How positions reach queries and keys; `scale` is the factor on the scores. */
export type Rotation = {
  readonly scale: number;
  /** Null where positions come in with the embeddings. The queries' values carry the scale. */
  readonly tables: null | { readonly query: RopeValues; readonly key: RopeValues };
};

/** The rotations of tokens at `positions`, all below `limit`. */
export function rotationAt(
  settings: RopeConfig,
  positions: Value,
  { limit, scale }: { readonly limit: number; readonly scale: number },
): Rotation {
  const gathered = (factor: number): RopeValues => {
    const table = ropeTable(settings, limit, factor);
    const shape = [limit, settings.rotarySize / 2];
    return {
      cos: gatherRows(constant(table.cos, shape), positions),
      sin: gatherRows(constant(table.sin, shape), positions),
    };
  };
  return { scale, tables: { query: gathered(scale), key: gathered(1) } };
}

/** Queries or keys `[rows, heads, tokens, headSize]` rotated; queries scaled too. */
export function rotated(x: Value, side: 'query' | 'key', { tables, scale }: Rotation): Value {
  const factor = side === 'query' ? scale : 1;
  const scaled = (y: Value): Value => (factor === 1 ? y : mul(y, factor));
  if (tables === null) return scaled(x);
  const { cos, sin } = tables[side];
  const rotarySize = 2 * (cos.shape.at(-1) as number);
  const headSize = x.shape.at(-1) as number;
  if (rotarySize === headSize) return rope(x, cos, sin);
  const [turned, passed] = split(x, [rotarySize, headSize - rotarySize], 3) as [Value, Value];
  return concat([rope(turned, cos, sin), scaled(passed)], 3);
}

/** Added to a score that must not count: its exponential is exactly 0, and 0 · it is not NaN. */
const never = -1e9;

/**
 * Queries are taken in blocks, for a block needs no keys after its last query: of at least 64, and at
 * most eight of them, since more would cost as much in copies and graph size as they save.
 */
function queryBlock(tokens: number): number {
  return Math.max(64, 16 * Math.ceil(tokens / 128));
}

/**
 * The additive mask `[rows, 1, tokens, tokens]` of packed windows of texts: query q sees key k when |q − k| < `reach` and both
 * lie in the same text, which all tokens of it end at the same place. Padding is a text too, so no query is left without a key.
 */
export function textMask(
  ends: Value,
  { rows, tokens }: Pick<AttentionShape, 'rows' | 'tokens'>,
  reach: number,
): Value {
  const seen = new Float32Array(tokens * tokens).fill(never);
  for (let query = 0; query < tokens; query++) {
    const row = query * tokens;
    seen.fill(0, row + Math.max(0, query - reach + 1), row + Math.min(tokens, query + reach));
  }
  const same = equal(reshape(ends, [rows, 1, tokens, 1]), reshape(ends, [rows, 1, 1, tokens]));
  return where(same, constant(seen, [1, 1, tokens, tokens], 'float32'), never);
}

/**
 * The additive mask `[rows, 1, tokens, tokens]` of packed windows where tokens see what comes before them: query q sees key k
 * when k ≤ q < `ends` of k, and the positions of both lie less than `reach` apart. What sequences begin with alike ends where the
 * last of them does: so each sees its own tokens, wherever they lie.
 */
export function causalMask(
  { ends, positions }: { readonly ends: Value; readonly positions: Value },
  { rows, tokens }: Pick<AttentionShape, 'rows' | 'tokens'>,
  reach: number,
): Value {
  const before = new Float32Array(tokens * tokens).fill(never);
  for (let query = 0; query < tokens; query++)
    before.fill(0, query * tokens, query * tokens + query + 1);
  const places = constant(
    Int32Array.from({ length: tokens }, (_, at) => at),
    [1, 1, tokens, 1],
    'int32',
  );
  const asQueries = (x: Value): Value => reshape(x, [rows, 1, tokens, 1]);
  const asKeys = (x: Value): Value => reshape(x, [rows, 1, 1, tokens]);
  const open = where(
    less(places, asKeys(ends)),
    constant(before, [1, 1, tokens, tokens], 'float32'),
    never,
  );
  if (reach >= tokens) return open;
  return where(less(sub(asQueries(positions), asKeys(positions)), reach), open, never);
}

/** Keys and values before those of every sequence. */
export type AttentionPrefix = {
  /** `[keyValueHeads, length, headSize]`, not rotated. */
  readonly key: Value;
  readonly value: Value;
  /** Additive, `[rows, 1, tokens, length]`; absent where every token sees them all. */
  readonly mask?: Value | undefined;
};

/**
 * What a sliding layer sees of a prefix of `length` tokens that come before `positions` 0: the additive
 * mask `[rows, 1, tokens, length]`.
 */
export function slidingPrefixMask(
  positions: Value,
  { rows, tokens }: Pick<AttentionShape, 'rows' | 'tokens'>,
  { length, reach }: { readonly length: number; readonly reach: number },
): Value {
  const places = Int32Array.from({ length }, (_, at) => at - length);
  const distance = sub(
    reshape(positions, [rows, 1, tokens, 1]),
    constant(places, [1, 1, 1, length], 'int32'),
  );
  return where(less(distance, reach), constant(0, []), never);
}

/**
 * Attention inside packed windows, causal unless told otherwise: softmax(q·kᵀ + mask)·v, where the rotated queries already
 * carry the scale. Grouped queries share their keys by shape, `[rows, keyValueHeads,
 * group · tokens, headSize]` against `[rows, keyValueHeads, tokens, headSize]`, so nothing is
 * repeated. Takes queries `[rows · tokens, heads · headSize]`, keys and values with `keyValueHeads`.
 */
export function packedAttention(
  shape: AttentionShape,
  {
    query,
    key,
    value,
    mask,
    rotation,
    causal = true,
    prefix,
  }: {
    readonly query: Value;
    readonly key: Value;
    readonly value: Value;
    readonly mask: Value;
    readonly rotation: Rotation;
    readonly causal?: boolean;
    readonly prefix?: AttentionPrefix | undefined;
  },
): Value {
  const { rows, tokens, heads, keyValueHeads, headSize } = shape;
  const byHead = (x: Value, count: number): Value =>
    transpose(reshape(x, [rows, tokens, count, headSize]), [0, 2, 1, 3]);
  const q = rotated(byHead(query, heads), 'query', rotation);
  const k = rotated(byHead(key, keyValueHeads), 'key', rotation);
  const v = byHead(value, keyValueHeads);
  const group = heads / keyValueHeads;
  // Without causality every block needs every key.
  const lengths = causal ? blockLengths(tokens) : [tokens];
  // Split, not slices: their gradients join in one operator instead of being padded and added.
  const inBlocks = (x: Value): Value[] => (lengths.length === 1 ? [x] : split(x, lengths, 2));
  const first = (side: Value): Value =>
    expand(reshape(side, [1, ...side.shape]), [rows, ...side.shape]);
  const keysBefore = prefix === undefined ? [] : [first(prefix.key)];
  const valuesBefore = prefix === undefined ? [] : [first(prefix.value)];
  const extra = (prefix?.key.shape[1] as number | undefined) ?? 0;
  const masked = (own: Value, start: number, end: number): Value => {
    if (prefix === undefined) return own;
    if (prefix.mask === undefined) return pad(own, { axis: 3, before: extra, after: 0 });
    return concat([part(prefix.mask, 2, start, end), own], 3);
  };
  const keys = inBlocks(k);
  const values = inBlocks(v);
  const blocks = inBlocks(q).map((blockQuery, at) => {
    const length = lengths[at] as number;
    const start = at * (lengths[0] as number);
    const end = start + length;
    const scores = remade(
      matmul(
        reshape(blockQuery, [rows, keyValueHeads, group * length, headSize]),
        upTo(keys, at, keysBefore),
        { transB: true },
      ),
    );
    const ownMask = part(part(mask, 2, start, end), 3, 0, end);
    const blockMask = masked(ownMask, start, end);
    const seen = extra + end;
    const byQuery = remade(reshape(scores, [rows, heads, length, seen]));
    const weights = remade(softmax(remade(add(byQuery, blockMask))));
    const attended = matmul(
      remade(reshape(weights, [rows, keyValueHeads, group * length, seen])),
      upTo(values, at, valuesBefore),
    );
    return reshape(attended, [rows, heads, length, headSize]);
  });
  return reshape(transpose(concat(blocks, 2), [0, 2, 1, 3]), [rows * tokens, heads * headSize]);
}

/** The keys or values that a block sees: joined again by the backward pass, for all blocks' take more than anything else. */
function upTo(sides: readonly Value[], block: number, before: readonly Value[]): Value {
  const seen = [...before, ...sides.slice(0, block + 1)];
  return seen.length === 1 ? (seen[0] as Value) : remade(concat(seen, 2));
}

function blockLengths(tokens: number): number[] {
  const most = queryBlock(tokens);
  const count = Math.ceil(tokens / most);
  return Array.from({ length: count }, (_, at) => Math.min(most, tokens - at * most));
}

/** x[start:end] along one axis; x itself when that is all of it. */
function part(x: Value, axis: number, start: number, end: number): Value {
  return start === 0 && end === x.shape[axis] ? x : slice(x, { axis, start, end });
}
