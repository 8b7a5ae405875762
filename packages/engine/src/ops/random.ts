import { type Family, family } from '../graph/op.ts';
import { fixedShape, type Shape, shapeText } from '../graph/shape.ts';
import { constant, node, type Value } from '../graph/value.ts';
import { cast, less } from './comparison.ts';
import { add, div, mul } from './elementwise.ts';

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
      return less(mixed(positions(shape), key!), constant(threshold, [], 'int32'));
    },
  },
});

/** The number of each element in row-major order, from one small constant an axis. */
function positions(shape: readonly number[]): Value {
  let stride = 1;
  let sum: Value | undefined;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis]!;
    const place = Array.from({ length: size }, (_, index) => Math.imul(index, stride));
    const term = constant(place, [size, ...shape.slice(axis + 1).map(() => 1)], 'int32');
    sum = sum === undefined ? term : add(sum, term);
    stride = Math.imul(stride, size);
  }
  return sum ?? constant(0, [], 'int32');
}

/** Odd multipliers with well-mixed bits, from Knuth's golden ratio and MurmurHash3's finaliser, as int32. */
const multipliers = [0x9e3779b1, 0x85ebca6b, 0xc2b2ae35].map((odd) => odd | 0);
/** Shifts of the same finaliser. */
const shifts = [15, 13, 16];

/**
 * Multiplies and folds the high bits into the low ones, three times. Only wrapping int32 products, sums and
 * divisions: every device has these and agrees on them to the bit, as it does not on sines.
 */
function mixed(position: Value, key: Value): Value {
  const start = add(mul(position, multipliers[0]!), key);
  return shifts.reduce((bits, shift, round) => {
    const folded = add(bits, div(bits, 2 ** shift));
    return mul(folded, multipliers[round]!);
  }, start);
}
