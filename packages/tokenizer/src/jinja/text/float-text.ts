import { charge } from '../budget.ts';
import { failed } from '../error.ts';

/** As Python's `repr` writes a float: the shortest digits that give it back, with an exponent from 1e16 on. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const sign = value < 0 ? '-' : '';
  const [mantissa, power] = Math.abs(value).toExponential().split('e') as [string, string];
  const digits = mantissa.replace('.', '');
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16) return `${sign}${scientific(digits, exponent)}`;
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  return `${sign}${whole}.${digits.slice(exponent + 1) || '0'}`;
}

/** Digits of which the first stands before the point, with Python's exponent of at least two digits. */
export function scientific(digits: string, exponent: number, mark = 'e'): string {
  const mantissa = digits.length > 1 ? `${digits[0]}.${digits.slice(1)}` : digits;
  const size = String(Math.abs(exponent)).padStart(2, '0');
  return `${mantissa}${mark}${exponent < 0 ? '-' : '+'}${size}`;
}

/** |value| × 10^places as an integer, rounded half to even on the exact binary value. */
function scaledInteger(value: number, places: number): bigint {
  charge(16 + (Math.abs(places) >> 1));
  const [numerator, denominator] = ratio(Math.abs(value));
  const scale = 10n ** BigInt(Math.abs(places));
  return places >= 0
    ? roundedQuotient(numerator * scale, denominator)
    : roundedQuotient(numerator, denominator * scale);
}

/** The quotient of two integers that are not negative, rounded half to even. */
export function roundedQuotient(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const twice = 2n * (numerator % denominator);
  if (twice > denominator || (twice === denominator && quotient % 2n === 1n)) return quotient + 1n;
  return quotient;
}

/** A finite float that is not negative, as the fraction that it is. */
function ratio(value: number): [numerator: bigint, denominator: bigint] {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xf_ffff_ffff_ffffn;
  const mantissa = biased === 0 ? fraction : fraction | (1n << 52n);
  const exponent = Math.max(biased, 1) - 1075;
  return exponent >= 0 ? [mantissa << BigInt(exponent), 1n] : [mantissa, 1n << BigInt(-exponent)];
}

/** A fixed number of digits after the point (`%.2f`), without sign. */
export function fixedDigits(value: number, places: number): string {
  const digits = scaledInteger(value, places)
    .toString()
    .padStart(places + 1, '0');
  return places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

/** `count` significant digits and the exponent of the first, for `%e` and `%g`. */
export function significantDigits(
  value: number,
  count: number,
): [digits: string, exponent: number] {
  if (value === 0) return ['0'.repeat(count), 0];
  let exponent = Number(Math.abs(value).toExponential().split('e')[1]);
  let digits = scaledInteger(value, count - 1 - exponent).toString();
  if (digits.length > count) {
    exponent += 1;
    digits = scaledInteger(value, count - 1 - exponent).toString();
  }
  return [digits, exponent];
}

/** Python's `round` of a float to a number of decimal places. */
export function roundFloat(value: number, places: number): number {
  if (!Number.isFinite(value) || places > 323) return value;
  if (places < -308) return value < 0 ? -0 : 0;
  const rounded = Number(`${scaledInteger(value, places)}e${-places}`);
  if (!Number.isFinite(rounded)) throw failed('rounded value too large to represent');
  return value < 0 || Object.is(value, -0) ? -rounded : rounded;
}
