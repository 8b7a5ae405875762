import { type Family, family } from '../graph/op.ts';
import { fixedShape, type Shape, shapeText } from '../graph/shape.ts';
import { constant, node, type Value } from '../graph/value.ts';
import { cast, less } from './comparison.ts';
import { add, div, mul } from './elementwise.ts';
import { reshape } from './layout.ts';

/**
 * x with each element zeroed with probability `rate` and the others divided by 1 − rate. What is dropped is a
 * pure function of `key` (an int32 scalar, fed by the host, another for each site and step) and of the element's
 * position, so a step done again drops the same.
 */
export function dropout(x: Value, key: Value, rate: number): Value {
  if (rate === 0) return x;
  return mul(x, mul(cast(keepMask(key, x.shape, 1 - rate), x.dtype), 1 / (1 - rate)));
}

/** True with probability `keep`, by a hash of key and position. */
export function keepMask(key: Value, shape: Shape, keep: number): Value {
  return node(randomOps.KeepMask, [key], { shape: fixedShape(shape), keep });
}

export type MaskAttributes = { readonly shape: readonly number[]; readonly keep: number };

export type RandomOps = { KeepMask: MaskAttributes };

export const randomOps: Family<RandomOps> = family<RandomOps>({
  KeepMask: {
    summary:
      'y = (hash(key, position) < keep), a mask that is true with probability keep and depends on nothing else.',
    types: ([key], { shape, keep }) => {
      if (key!.dtype !== 'int32' || key!.shape.length > 0) {
        throw new Error(
          `the key must be an int32 scalar, not ${key!.dtype}${shapeText(key!.shape)}.`,
        );
      }
      if (!(keep > 0 && keep <= 1)) throw new Error(`cannot keep a share of ${keep}.`);
      return { shape, dtype: 'bool' };
    },
    gradient: { none: 'Random bits do not depend on any number that trains.' },
    lower: ({ attributes: { shape, keep } }, [key]) => {
      const threshold = Math.min(Math.round((keep - 0.5) * 2 ** 32), 2 ** 31 - 1);
      const bits = hash(key!, shape);
      return less(bits, constant(threshold, [], 'int32'));
    },
  },
});

/**
 * Random int32 bits of a shape: (rᵢ + cⱼ)·(r′ᵢ + c′ⱼ) for row i (all axes but the last) and column j, where the
 * four vectors are well-mixed hashes and the second factor is odd. So the whole tensor costs three operations,
 * and the mixing happens on vectors. Only wrapping int32 products, sums and divisions: every device has these
 * and agrees on them to the bit, as it does not on sines.
 */
function hash(key: Value, shape: readonly number[]): Value {
  const columns = shape.at(-1) ?? 1;
  const rows = shape.slice(0, -1).reduce((product, size) => product * size, 1);
  const [rowKey, oddRowKey, columnKey, evenColumnKey] = [1, 2, 3, 4].map((site) =>
    mixed(constant(site, [], 'int32'), key),
  );
  const places = (count: number, axes: readonly number[]): Value =>
    constant(
      Int32Array.from({ length: count }, (_, index) => index),
      axes,
      'int32',
    );
  const row = places(rows, [rows, 1]);
  const column = places(columns, [1, columns]);
  const sum = add(mixed(row, rowKey!), mixed(column, columnKey!));
  const oddRow = add(mul(mixed(row, oddRowKey!), 2), 1);
  const factor = add(oddRow, mul(mixed(column, evenColumnKey!), 2));
  return reshape(mul(sum, factor), shape);
}

/** Odd constants with well-mixed bits (the golden ratio, and those of MurmurHash3 and xxHash), as int32. */
const constants = [0x9e3779b1, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f, 0x165667b1].map(
  (odd) => odd | 0,
);

/** Rounds in the manner of RC6: x·(2x + 1) carries low bits up, swapping halves brings high bits down. */
function mixed(place: Value, key: Value): Value {
  const [first, ...others] = constants;
  const start = add(mul(place, first!), key);
  return square(others.reduce((bits, round) => add(swapHalves(square(bits)), round), start));
}

/** x·(2x + 1), which is a permutation of the 32-bit integers. */
function square(x: Value): Value {
  return mul(x, add(mul(x, 2), 1));
}

function swapHalves(x: Value): Value {
  return add(mul(x, 2 ** 16), div(x, 2 ** 16));
}
