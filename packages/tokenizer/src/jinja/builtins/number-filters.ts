import { failed, JinjaError } from '../error.ts';
import { fixedDigits, roundedQuotient, roundFloat } from '../text/float-text.ts';
import { integer } from '../text/text-methods.ts';
import { type Arguments, bind } from '../value/arguments.ts';
import { asNumber, asString } from '../value/compare.ts';
import { toFloat, truncated } from '../value/numbers.ts';
import type { Runtime } from '../value/runtime.ts';
import { isTruthy } from '../value/sequence.ts';
import { strip } from '../value/text.ts';
import { typeOf, Undefined, type Value } from '../value/value.ts';
import type { Filter } from './filter.ts';

/** Filters that give numbers, or take them. */
export const numberFilters: readonly (readonly [string, Filter])[] = [
  ['int', toInteger],
  ['float', floatFilter],
  ['round', round],
  ['abs', (_, given) => absolute(bind('abs', ['x'], given)[0]!)],
  ['filesizeformat', fileSize],
];

/** An int as Python reads it from text; undefined where it does not. */
function parseInteger(text: string, base: number): bigint | undefined {
  const trimmed = strip(text, null, 'both').toLowerCase();
  const [, sign, rest] = /^([-+]?)([\s\S]*)$/.exec(asciiDigits(trimmed)) as unknown as [
    string,
    string,
    string,
  ];
  let digits = rest;
  let radix = base;
  const prefix = /^0([box])_?(?=[\da-z])/.exec(digits);
  const ofPrefix = prefix === null ? undefined : { b: 2, o: 8, x: 16 }[prefix[1] as 'b'];
  if (ofPrefix !== undefined && (base === 0 || base === ofPrefix)) {
    radix = ofPrefix;
    digits = digits.slice(prefix![0].length);
  } else if (base === 0) {
    if (/^0[0_]*[1-9]/.test(digits)) return undefined;
    radix = 10;
  }
  if (!/^[\da-z]+(_[\da-z]+)*$/.test(digits)) return undefined;
  // Python refuses to read more digits, too.
  if (digits.length > 4300) return undefined;
  let value = 0n;
  for (const digit of digits.replaceAll('_', '')) {
    const number = Number.parseInt(digit, 36);
    if (number >= radix) return undefined;
    value = value * BigInt(radix) + BigInt(number);
  }
  return sign === '-' ? -value : value;
}

/** A float as Python reads it from text; undefined where it does not. */
function parseFloatText(text: string): number | undefined {
  const trimmed = asciiDigits(strip(text, null, 'both')).toLowerCase();
  const special = /^([-+]?)(?:(inf(?:inity)?)|nan)$/.exec(trimmed);
  if (special !== null) {
    if (special[2] === undefined) return Number.NaN;
    return special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  const part = '\\d+(?:_\\d+)*';
  const whole = new RegExp(`^[-+]?(?:${part}\\.?(?:${part})?|\\.${part})(?:e[-+]?${part})?$`);
  return whole.test(trimmed) ? Number(trimmed.replaceAll('_', '')) : undefined;
}

/** Decimal digits of all scripts as 0 to 9. */
function asciiDigits(text: string): string {
  return text.replace(/\p{Nd}/gu, (digit) => {
    if (digit <= '9') return digit;
    // Each script's ten digits stand together, so the zero is the first of them.
    const code = digit.codePointAt(0) as number;
    let zero = code;
    while (zero > code - 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
    return String(code - zero);
  });
}

function toInteger(_: Runtime, given: Arguments): Value {
  const parameters = ['value', ['default', 0n], ['base', 10n]] as const;
  const [value, fallback, base] = bind('int', parameters, given) as [Value, Value, Value];
  if (value instanceof Undefined) throw failed(value.problem);
  const number = asNumber(value);
  if (typeof number === 'bigint') return number;
  if (typeof number === 'number') return Number.isNaN(number) ? fallback : truncated(number);
  const text = asString(value);
  if (text === undefined) return fallback;
  const radix = asNumber(base);
  const isBase = typeof radix === 'bigint' && (radix === 0n || (radix >= 2n && radix <= 36n));
  const whole = isBase ? parseInteger(text, Number(radix)) : undefined;
  if (whole !== undefined) return whole;
  const float = parseFloatText(text);
  return float === undefined || !Number.isFinite(float) ? fallback : truncated(float);
}

function floatFilter(_: Runtime, given: Arguments): Value {
  const [value, fallback] = bind('float', ['value', ['default', 0]], given) as [Value, Value];
  if (value instanceof Undefined) throw failed(value.problem);
  const number = asNumber(value);
  if (number !== undefined) return toFloat(number);
  const text = asString(value);
  return (text === undefined ? undefined : parseFloatText(text)) ?? fallback;
}

function absolute(value: Value): Value {
  if (value instanceof Undefined) throw failed(value.problem);
  const number = asNumber(value);
  if (number === undefined) throw failed(`bad operand type for abs(): '${typeOf(value)}'`);
  return typeof number === 'bigint' ? (number < 0n ? -number : number) : Math.abs(number);
}

function round(_: Runtime, given: Arguments): Value {
  const parameters = ['value', ['precision', 0n], ['method', 'common']] as const;
  const [value, precision, method] = bind('round', parameters, given) as [Value, Value, Value];
  if (method !== 'common' && method !== 'ceil' && method !== 'floor')
    throw failed('method must be common, ceil or floor');
  if (value instanceof Undefined) throw failed(value.problem);
  const number = asNumber(value);
  if (number === undefined) throw failed(`type ${typeOf(value)} doesn't define __round__ method`);
  const places = integer(precision);
  if (method === 'common')
    return typeof number === 'bigint' ? roundInteger(number, places) : roundFloat(number, places);
  const scale = 10 ** places;
  if (!Number.isFinite(scale) || scale === 0)
    throw new JinjaError('unsupported', 'rounding to so many places is not supported');
  const scaled = Number(number) * scale;
  return (method === 'ceil' ? Math.ceil(scaled) : Math.floor(scaled)) / scale;
}

function roundInteger(value: bigint, places: number): bigint {
  if (places >= 0) return value;
  if (places < -5000) return 0n;
  const scale = 10n ** BigInt(-places);
  const size = roundedQuotient(value < 0n ? -value : value, scale) * scale;
  return value < 0n ? -size : size;
}

function fileSize(_: Runtime, given: Arguments): Value {
  const [value, isBinary] = bind('filesizeformat', ['value', ['binary', false]], given) as [
    Value,
    Value,
  ];
  const number = asNumber(value);
  const text = asString(value);
  const bytes =
    number !== undefined ? toFloat(number) : text === undefined ? undefined : parseFloatText(text);
  if (bytes === undefined || !Number.isFinite(bytes))
    throw failed('the filter "filesizeformat" takes a number');
  const [base, mark] = isTruthy(isBinary) ? [1024, 'iB'] : [1000, 'B'];
  if (bytes === 1) return '1 Byte';
  if (bytes < base) return `${truncated(bytes)} Bytes`;
  const prefixes = [...(base === 1024 ? 'KMGTPEZY' : 'kMGTPEZY')];
  const place = prefixes.findIndex((_prefix, i) => bytes < base ** (i + 2));
  const at = place < 0 ? prefixes.length - 1 : place;
  return `${fixedDigits((base * bytes) / base ** (at + 2), 1)} ${prefixes[at]}${mark}`;
}
