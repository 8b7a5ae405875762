import type { JsonNumber } from './json-number.ts';

/** What a number must keep to; a bound that is left out is none. */
export type NumberBounds = {
  readonly isInteger: boolean;
  readonly minimum?: number | undefined;
  readonly exclusiveMinimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly exclusiveMaximum?: number | undefined;
  readonly multipleOf?: number | undefined;
};

/** A decimal number: `units` · 10^−`places`. */
type Decimal = { readonly units: bigint; readonly places: number };

/** With so many digits no two decimals are one float64: readers of the number see the order that is seen here. */
const mostDigits = 15;
/** Whole numbers up to here are float64 exactly, and have a digit more. */
const largestInteger = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * A way to go on: `whole` more digits before the point, then `places` behind it, where all digits that come, read
 * as one number, are from `low` to `high`, and with those before them a multiple of `modulo`.
 */
type Way = {
  readonly whole: number;
  readonly places: number;
  readonly low: bigint;
  readonly high: bigint;
  readonly modulo: bigint;
};

type Place = {
  readonly ways: readonly Way[];
  /** The digits so far as one number, modulo all moduli of the ways. */
  readonly residue: bigint;
  readonly isBehindPoint: boolean;
};

/**
 * Numbers within bounds, decided digit by digit: only what can still become one of them can be written. They
 * have no exponent and at most 15 digits; whole numbers lie within ±(2^53 − 1). So they are the same to a
 * reader with float64. Zero has no sign. Multiples are those of exact decimals: 0.07 is one of 0.01.
 */
export function boundedNumber(bounds: NumberBounds): JsonNumber {
  const step = decimalOf(bounds.multipleOf ?? 1);
  const modulus = bounds.multipleOf === undefined ? 1n : step.units;
  const places: Place[] = [];
  const known = new Map<string, number>();

  const add = (place: Place): number | undefined => {
    if (place.ways.length === 0) return undefined;
    const ways = place.ways.map((way) => Object.values(way).join('.'));
    const key = `${place.residue}:${place.isBehindPoint}:${ways.join()}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const made = places.push(place) - 1;
    known.set(key, made);
    return made;
  };

  const begin = (isNegative: boolean): Place => {
    const most = bounds.isInteger ? 0 : mostDigits - 1;
    const lastPlace = bounds.multipleOf === undefined ? most : Math.min(most, step.places);
    const ways: Way[] = [];
    for (let behind = 0; behind <= lastPlace; behind++) {
      const range = rangeAt(bounds, behind, isNegative);
      const modulo = modulus / divisor(modulus, 10n ** BigInt(Math.max(step.places - behind, 0)));
      const mostWhole = bounds.isInteger ? mostDigits + 1 : mostDigits - behind;
      for (let whole = 1; whole <= mostWhole; whole++) {
        // A number of more digits than one does not begin with 0.
        const least = whole === 1 ? 0n : 10n ** BigInt(whole - 1 + behind);
        const low = larger(range.low, least);
        const high = smaller(range.high, 10n ** BigInt(whole + behind) - 1n);
        ways.push({ whole, places: behind, low, high, modulo });
      }
    }
    return { ways: ways.filter((way) => isOpen(way, 0n)), residue: 0n, isBehindPoint: false };
  };

  const takeDigit = ({ ways, residue, isBehindPoint }: Place, digit: bigint): Place => {
    const after = (residue * 10n + digit) % modulus;
    const left: Way[] = [];
    for (const { whole, places: behind, low, high, modulo } of ways) {
      if (isBehindPoint ? behind === 0 : whole === 0) continue;
      const size = 10n ** BigInt(whole + behind - 1);
      const way = {
        whole: isBehindPoint ? 0 : whole - 1,
        places: isBehindPoint ? behind - 1 : behind,
        low: larger(low - digit * size, 0n),
        high: smaller(high - digit * size, size - 1n),
        modulo,
      };
      if (isOpen(way, after)) left.push(way);
    }
    return { ways: left, residue: after, isBehindPoint };
  };

  const negative = begin(true);
  places.push(begin(false));
  return {
    start: 0,
    isPossible: places[0]!.ways.length + negative.ways.length > 0,
    mayEnd: (state) =>
      places[state]!.ways.some(({ whole, places: behind }) => whole + behind === 0),
    step(state, byte) {
      const place = places[state]!;
      const character = String.fromCharCode(byte);
      if (character === '-') return state === 0 ? add(negative) : undefined;
      if (character >= '0' && character <= '9') return add(takeDigit(place, BigInt(character)));
      if (character !== '.' || place.isBehindPoint) return undefined;
      const ways = place.ways.filter(({ whole, places: behind }) => whole === 0 && behind > 0);
      return add({ ...place, ways, isBehindPoint: true });
    },
  };
}

/** Whether there are digits that go this way, behind others with a residue. */
function isOpen({ whole, places, low, high, modulo }: Way, residue: bigint): boolean {
  if (low > high) return false;
  const over = (residue * 10n ** BigInt(whole + places) + low) % modulo;
  return over === 0n || low + modulo - over <= high;
}

/** What digits with so many behind the point may be, sign and point left out. */
function rangeAt(bounds: NumberBounds, places: number, isNegative: boolean) {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = bounds;
  let low = isNegative ? 1n : 0n;
  let high = bounds.isInteger ? largestInteger : 10n ** BigInt(mostDigits) - 1n;
  const [least, above] = isNegative ? [maximum, exclusiveMaximum] : [minimum, exclusiveMinimum];
  const [most, below] = isNegative ? [minimum, exclusiveMinimum] : [maximum, exclusiveMaximum];
  const scaled = (bound: number) => scaledTo(decimalOf(isNegative ? -bound : bound), places);
  if (least !== undefined) low = larger(low, ceiling(scaled(least)));
  if (above !== undefined) low = larger(low, scaled(above).floor + 1n);
  if (most !== undefined) high = smaller(high, scaled(most).floor);
  if (below !== undefined) high = smaller(high, ceiling(scaled(below)) - 1n);
  return { low, high };
}

type Scaled = { readonly floor: bigint; readonly isExact: boolean };

/** A decimal times 10^`places`, as the whole number that is not above it. */
function scaledTo({ units, places: own }: Decimal, places: number): Scaled {
  if (places >= own) return { floor: units * 10n ** BigInt(places - own), isExact: true };
  const size = 10n ** BigInt(own - places);
  const rest = ((units % size) + size) % size;
  return { floor: (units - rest) / size, isExact: rest === 0n };
}

function ceiling({ floor, isExact }: Scaled): bigint {
  return isExact ? floor : floor + 1n;
}

/** The decimal that a number is written as, the shortest that is read as it. */
function decimalOf(value: number): Decimal {
  const [digits = '0', exponent = '0'] = String(value).split('e');
  const [whole = '0', behind = ''] = digits.split('.');
  const units = BigInt(whole + behind);
  const places = behind.length - Number(exponent);
  return places >= 0 ? { units, places } : { units: units * 10n ** BigInt(-places), places: 0 };
}

/** The greatest common divisor. */
function divisor(one: bigint, two: bigint): bigint {
  return two === 0n ? one : divisor(two, one % two);
}

function larger(one: bigint, two: bigint): bigint {
  return one > two ? one : two;
}

function smaller(one: bigint, two: bigint): bigint {
  return one < two ? one : two;
}
