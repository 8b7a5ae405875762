import { failed } from '../error.ts';

/** Binary digits of the integer's size. */
export function bitLength(value: bigint): number {
  return value === 0n ? 0 : (value < 0n ? -value : value).toString(2).length;
}

/** Python's `float` of a number. */
export function toFloat(value: bigint | number): number {
  const float = Number(value);
  if (typeof value === 'bigint' && !Number.isFinite(float))
    throw failed('int too large to convert to float');
  return float;
}

/** Python's `int` of a float: what stands before the point. */
export function truncated(value: number): bigint {
  if (Number.isNaN(value)) throw failed('cannot convert float NaN to integer');
  if (!Number.isFinite(value)) throw failed('cannot convert float infinity to integer');
  return BigInt(Math.trunc(value));
}
