import { failed, unsupported } from '../error.ts';
import { toFloat } from '../value/numbers.ts';
import type { Runtime } from '../value/runtime.ts';
import { pointLength } from '../value/text.ts';
import { fixedDigits, floatText, scientific, significantDigits } from './float-text.ts';
import { integerText } from './print.ts';

export type FormatSpec = {
  fill: string;
  align: '<' | '>' | '^' | '=' | '';
  sign: '-' | '+' | ' ';
  /** `#` */
  isAlternate: boolean;
  width: number;
  grouping: ',' | '_' | '';
  precision: number | undefined;
  /** The letter at the end, or nothing. */
  type: string;
};

export const plainSpec: FormatSpec = {
  fill: ' ',
  align: '',
  sign: '-',
  isAlternate: false,
  width: 0,
  grouping: '',
  precision: undefined,
  type: '',
};

const bases: Readonly<Record<string, number>> = { b: 2, o: 8, x: 16, X: 16, d: 10, '': 10 };

/** An int as `format(value, spec)` writes it. */
export function formatInteger(runtime: Runtime, value: bigint, spec: FormatSpec): string {
  const { type, precision, isAlternate, grouping } = spec;
  if (/^[eEfFgG%]$/.test(type)) return formatFloat(runtime, toFloat(value), spec);
  if (precision !== undefined) throw failed('Precision not allowed in integer format specifier');
  if (type === 'c')
    return pad(runtime, '', character(value), { ...spec, align: spec.align || '<' });
  const base = bases[type];
  if (base === undefined) {
    if (type === 'n') throw unsupported('the format code n');
    throw failed(`Unknown format code '${type}' for object of type 'int'`);
  }
  if (grouping === ',' && base !== 10) throw failed(`Cannot specify ',' with '${type}'.`);
  const size = value < 0n ? -value : value;
  let digits = base === 10 ? integerText(size) : size.toString(base);
  if (type === 'X') digits = digits.toUpperCase();
  const prefix = isAlternate && base !== 10 ? `0${type}` : '';
  const sign = signOf(value < 0n, spec);
  return padNumber(runtime, [sign + prefix, digits, ''], spec, base === 10 ? 3 : 4);
}

/** The character of a code point, as `%c` writes it. */
export function character(value: bigint): string {
  if (value < 0n || value > 0x10ffffn) throw failed('%c arg not in range(0x110000)');
  return String.fromCodePoint(Number(value));
}

/** A float as `format(value, spec)` writes it. */
export function formatFloat(runtime: Runtime, value: number, spec: FormatSpec): string {
  const { type, precision } = spec;
  if (!/^[eEfFgG%]?$/.test(type)) {
    if (type === 'n') throw unsupported('the format code n');
    throw failed(`Unknown format code '${type}' for object of type 'float'`);
  }
  if (precision !== undefined) runtime.budget.build(precision);
  const size = Math.abs(value);
  const sign = signOf(value < 0 || Object.is(value, -0), spec);
  const scaled = type === '%' ? size * 100 : size;
  let digits = Number.isFinite(scaled) ? floatDigits(scaled, spec) : floatText(scaled);
  if (/[EFG]/.test(type)) digits = digits.toUpperCase();
  if (type === '%') digits += '%';
  const [, whole, rest] = /^(\d*)(.*)$/.exec(digits) as unknown as [string, string, string];
  return padNumber(runtime, [sign, whole, rest], spec, 3);
}

function floatDigits(size: number, { type, precision, isAlternate }: FormatSpec): string {
  const keepPoint = (text: string): string =>
    isAlternate && !text.includes('.') ? text.replace(/^\d+/, '$&.') : text;
  switch (type.toLowerCase()) {
    case 'f':
    case '%':
      return keepPoint(fixedDigits(size, precision ?? 6));
    case 'e':
      return keepPoint(scientific(...significantDigits(size, (precision ?? 6) + 1)));
    case '':
      if (precision === undefined) return keepPoint(floatText(size));
      break;
    default:
  }
  const count = precision === 0 ? 1 : (precision ?? 6);
  const [digits, exponent] = significantDigits(size, count);
  // Without a letter at least one digit stands after the point, which leaves one less before it.
  const isFixed = exponent >= -4 && exponent < count - (type === '' ? 1 : 0);
  const short = (text: string): string =>
    isAlternate || !text.includes('.') ? keepPoint(text) : text.replace(/\.?0+(?=e|$)/, '');
  if (!isFixed) return short(scientific(digits, exponent));
  const fixed = short(fixedDigits(size, count - 1 - exponent));
  return type === '' && !fixed.includes('.') ? `${fixed}.0` : fixed;
}

/** Text as `format(value, spec)` writes it. */
export function formatText(runtime: Runtime, text: string, spec: FormatSpec): string {
  if (spec.type !== '' && spec.type !== 's')
    throw failed(`Unknown format code '${spec.type}' for object of type 'str'`);
  if (spec.sign !== '-' || spec.isAlternate || spec.grouping !== '' || spec.align === '=')
    throw failed('Format specifier of a number for an object of type str');
  const { precision } = spec;
  const kept = precision === undefined ? text : Array.from(text).slice(0, precision).join('');
  return pad(runtime, '', kept, { ...spec, align: spec.align || '<' });
}

function signOf(isNegative: boolean, { sign }: FormatSpec): string {
  if (isNegative) return '-';
  return sign === '-' ? '' : sign;
}

type NumberParts = readonly [before: string, whole: string, rest: string];

function padNumber(
  runtime: Runtime,
  [before, whole, rest]: NumberParts,
  spec: FormatSpec,
  groupSize: number,
): string {
  const { grouping, width, fill, align } = spec;
  let digits = whole;
  if (grouping !== '') {
    const group = new RegExp(`\\B(?=(?:[\\da-fA-F]{${groupSize}})+$)`, 'g');
    digits = whole.replace(group, grouping);
    if (fill === '0' && align === '=') {
      // Zeros are grouped too.
      runtime.budget.build(width);
      const room = width - before.length - rest.length;
      let padded = whole;
      while (digits.length < room) {
        padded = `0${padded}`;
        const grouped = padded.replace(group, grouping);
        digits = grouped;
      }
    }
  }
  return pad(runtime, before, digits + rest, { ...spec, align: align || '>' });
}

function pad(runtime: Runtime, before: string, text: string, spec: FormatSpec): string {
  const { width, fill, align } = spec;
  const room = width - before.length - pointLength(text);
  if (room <= 0) return before + text;
  runtime.budget.build(width);
  if (align === '=') return before + fill.repeat(room) + text;
  if (align === '<') return before + text + fill.repeat(room);
  if (align === '>') return fill.repeat(room) + before + text;
  const left = Math.floor(room / 2);
  return fill.repeat(left) + before + text + fill.repeat(room - left);
}
