import { charge } from '../budget.ts';
import { failed, unsupported } from '../error.ts';
import { escapeMarkup } from '../text/markup.ts';
import { percentFormat } from '../text/percent-format.ts';
import { asNumber, asString } from '../value/compare.ts';
import { bitLength, toFloat } from '../value/numbers.ts';
import type { Runtime } from '../value/runtime.ts';
import { saidJoined } from '../value/said.ts';
import { Markup, Said, Tuple, typeOf, Undefined, type Value } from '../value/value.ts';

export type BinaryOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**';

type Operands = readonly [left: Value, right: Value];

/** Longest integer that a template may compute, in bits; `**` reaches any length in a step. */
const mostBits = 32_768;
/** From here on an operation on integers counts for many. */
const long = 1n << 256n;

/** Python's arithmetic, for numbers, text and lists. */
export function binary(runtime: Runtime, operator: BinaryOperator, operands: Operands): Value {
  const [left, right] = operands;
  if (operator === '%' && typeof left === 'string') return percentFormat(runtime, left, right);
  for (const side of operands) if (side instanceof Undefined) throw failed(side.problem);
  const [a, b] = [asNumber(left), asNumber(right)];
  if (a !== undefined && b !== undefined) return calculate(operator, a, b);
  const result = ofSequences(runtime, operator, operands);
  if (result !== undefined) return result;
  throw failed(
    `unsupported operand type(s) for ${operator}: '${typeOf(left)}' and '${typeOf(right)}'`,
  );
}

function ofSequences(
  runtime: Runtime,
  operator: BinaryOperator,
  [left, right]: Operands,
): Value | undefined {
  if (operator === '%' && left instanceof Markup)
    throw unsupported('formatting text that is marked as safe');
  if (operator === '+') return joined(runtime, left, right);
  if (operator !== '*') return undefined;
  const [sequence, times] = asNumber(left) === undefined ? [left, right] : [right, left];
  const count = asNumber(times);
  return typeof count === 'bigint' ? repeated(runtime, sequence, count) : undefined;
}

function joined(runtime: Runtime, left: Value, right: Value): Value | undefined {
  if (left instanceof Said || right instanceof Said) return saidJoined([left, right]);
  const [s, t] = [asString(left), asString(right)];
  if (s !== undefined && t !== undefined) {
    runtime.budget.build(s.length + t.length);
    if (typeof left === 'string' && typeof right === 'string') return left + right;
    return new Markup(escapeMarkup(left) + escapeMarkup(right));
  }
  if (Array.isArray(left) && Array.isArray(right)) {
    runtime.budget.spend(left.length + right.length);
    return [...left, ...right];
  }
  if (!(left instanceof Tuple && right instanceof Tuple)) return undefined;
  runtime.budget.spend(left.items.length + right.items.length);
  return new Tuple([...left.items, ...right.items]);
}

function repeated(runtime: Runtime, sequence: Value, count: bigint): Value | undefined {
  const times = Number(count > 0n ? count : 0n);
  const text = asString(sequence);
  if (text !== undefined) {
    runtime.budget.build(text.length * times);
    const whole = text === '' ? '' : text.repeat(times);
    return typeof sequence === 'string' ? whole : new Markup(whole);
  }
  const items = sequence instanceof Tuple ? sequence.items : sequence;
  if (!Array.isArray(items)) return undefined;
  runtime.budget.spend(items.length * times);
  const all: Value[] = [];
  if (items.length > 0) for (let i = 0; i < times; i++) all.push(...items);
  return sequence instanceof Tuple ? new Tuple(all) : all;
}

/** Python's unary `-` and `+`. */
export function unary(operator: '-' | '+', value: Value): Value {
  if (value instanceof Undefined) throw failed(value.problem);
  const number = asNumber(value);
  if (number === undefined)
    throw failed(`bad operand type for unary ${operator}: '${typeOf(value)}'`);
  return operator === '-' ? -number : number;
}

function calculate(operator: BinaryOperator, a: bigint | number, b: bigint | number): Value {
  if (typeof a === 'bigint' && typeof b === 'bigint') return ofIntegers(operator, a, b);
  const [x, y] = [toFloat(a), toFloat(b)];
  switch (operator) {
    case '+':
      return x + y;
    case '-':
      return x - y;
    case '*':
      return x * y;
    case '/':
      if (y === 0) throw failed('float division by zero');
      return x / y;
    case '//':
      return floorDivide(x, y);
    case '%':
      return floatModulo(x, y);
    case '**':
      return floatPower(x, y);
  }
}

function ofIntegers(operator: BinaryOperator, a: bigint, b: bigint): Value {
  if (a > long || a < -long || b > long || b < -long) charge(256);
  switch (operator) {
    case '+':
      return bounded(a + b);
    case '-':
      return bounded(a - b);
    case '*':
      return bounded(a * b);
    case '/':
      return trueDivide(a, b);
    case '//':
    case '%': {
      if (b === 0n) throw failed('integer division or modulo by zero');
      const rest = a % b;
      const isUneven = rest !== 0n && rest < 0n !== b < 0n;
      if (operator === '%') return isUneven ? rest + b : rest;
      return a / b - (isUneven ? 1n : 0n);
    }
    case '**':
      if (b < 0n) return floatPower(toFloat(a), toFloat(b));
      if (a !== 0n && a !== 1n && a !== -1n && BigInt(bitLength(a)) * b > BigInt(mostBits))
        throw unsupported(`an integer of more than ${mostBits} bits`);
      return a ** b;
  }
}

function bounded(value: bigint): bigint {
  if (BigInt.asIntN(mostBits, value) !== value)
    throw unsupported(`an integer of more than ${mostBits} bits`);
  return value;
}

function trueDivide(a: bigint, b: bigint): number {
  if (b === 0n) throw failed('division by zero');
  const most = BigInt(Number.MAX_SAFE_INTEGER);
  if (a <= most && a >= -most && b <= most && b >= -most) return Number(a) / Number(b);
  const isNegative = a < 0n !== b < 0n;
  const [top, bottom] = [a < 0n ? -a : a, b < 0n ? -b : b];
  // 64 bits of the quotient and a sticky bit for what is left decide the rounding to 53.
  const shift = bitLength(bottom) - bitLength(top) + 64;
  if (shift > 1100) throw unsupported('a quotient of such different integers');
  const [numerator, denominator] =
    shift > 0 ? [top << BigInt(shift), bottom] : [top, bottom << BigInt(-shift)];
  const quotient = (numerator / denominator) | (numerator % denominator === 0n ? 0n : 1n);
  const value = toFloat(quotient) * 2 ** -shift;
  if (!Number.isFinite(value)) throw failed('integer division result too large for a float');
  return isNegative ? -value : value;
}

function floatModulo(x: number, y: number): number {
  if (y === 0) throw failed('float modulo');
  const rest = x % y;
  if (rest === 0) return y < 0 ? -0 : 0;
  return rest < 0 !== y < 0 ? rest + y : rest;
}

function floorDivide(x: number, y: number): number {
  if (y === 0) throw failed('float floor division by zero');
  const quotient = (x - floatModulo(x, y)) / y;
  if (quotient === 0) return x / y < 0 || Object.is(x / y, -0) ? -0 : 0;
  const floor = Math.floor(quotient);
  return quotient - floor > 0.5 ? floor + 1 : floor;
}

function floatPower(x: number, y: number): number {
  if (x === 0 && y < 0) throw failed('0.0 cannot be raised to a negative power');
  if (x < 0 && Number.isFinite(x) && Number.isFinite(y) && !Number.isInteger(y))
    throw unsupported('a complex number');
  if (x === 1 || y === 0) return 1;
  if (x === -1 && !Number.isFinite(y) && !Number.isNaN(y)) return 1;
  const power = x ** y;
  if (!Number.isFinite(power) && Number.isFinite(x) && Number.isFinite(y))
    throw failed("(34, 'Numerical result out of range')");
  return power;
}
