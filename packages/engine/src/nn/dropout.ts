import { constant, type Value } from '../graph/value.ts';
import { greaterOrEqual, where } from '../ops/comparison.ts';
import { mul } from '../ops/elementwise.ts';
import { child, type Seed, words } from './seed.ts';

/**
 * x `[tokens, width]` with each element dropped (set to 0) with probability `rate`, not rescaled.
 *
 * The mask is a hash, not hidden state: element (i, j) stays when rowKey_i · columnKey_j, an integer
 * product modulo 2³², is at least a threshold (multiply-shift hashing, Dietzfelbinger et al. 1997; keys
 * are odd). `rowKeys` `[tokens, 1]` are drawn anew for each step and fed; `columnKeys` `[1, width]` are
 * fixed for a layer. So a mask costs three cheap operators and is known from seed and step alone.
 */
export function dropout(
  x: Value,
  {
    rate,
    rowKeys,
    columnKeys,
  }: { readonly rate: number; readonly rowKeys: Value; readonly columnKeys: Int32Array },
): Value {
  const columns = constant(columnKeys, [1, columnKeys.length], 'int32');
  const threshold = Math.round(-(2 ** 31) + rate * 2 ** 32);
  return where(greaterOrEqual(mul(rowKeys, columns), threshold), x, 0);
}

/** Odd 32-bit keys from a branch of the seed tree. */
export function dropoutKeys(
  seed: Seed,
  count: number,
  ...labels: readonly (string | number)[]
): Int32Array {
  const branch = child(seed, 'dropout', ...labels);
  return Int32Array.from({ length: count }, (_, index) => words(branch, index).low | 1);
}
