import { failed, unsupported } from '../error.ts';
import { asNumber, asString } from '../value/compare.ts';
import { toFloat, truncated } from '../value/numbers.ts';
import type { Runtime } from '../value/runtime.ts';
import { Dict, Tuple, typeOf, type Value } from '../value/value.ts';
import {
  character,
  type FormatSpec,
  formatFloat,
  formatInteger,
  formatText,
  plainSpec,
} from './number-format.ts';
import { repr, toText } from './print.ts';

const conversion =
  /%(?:\((?<key>[^()]*)\))?(?<flags>[-+ #0]*)(?<width>\*|\d*)(?:\.(?<precision>\*|\d*))?[hlL]?(?<type>[\s\S]|$)/g;

/** Python's `text % values`. */
export function percentFormat(runtime: Runtime, text: string, values: Value): string {
  const places = values instanceof Tuple ? values.items : [values];
  let used = 0;
  const next = (): Value => {
    const value = places[used];
    if (value === undefined) throw failed('not enough arguments for format string');
    used += 1;
    return value;
  };
  const counted = (value: string | undefined): number | undefined => {
    if (value !== '*') return value === undefined ? undefined : Number(value);
    const count = next();
    if (typeof count !== 'bigint') throw failed('* wants int');
    return Number(count);
  };
  const formatted = text.replace(conversion, (...match) => {
    const { key, flags, width, precision, type } = match.at(-1) as Record<string, string>;
    if (type === '%') return '%';
    const size = counted(width || '0') as number;
    const digits = counted(precision);
    const value = key === undefined ? next() : named(values, key);
    return convert(runtime, value, {
      ...plainSpec,
      isLeft: flags!.includes('-') || size < 0,
      isZero: flags!.includes('0'),
      sign: flags!.includes('+') ? '+' : flags!.includes(' ') ? ' ' : '-',
      isAlternate: flags!.includes('#'),
      width: Math.abs(size),
      precision: digits,
      type: type!,
    });
  });
  const isOpen = values instanceof Dict || Array.isArray(values);
  if (!isOpen && used < places.length)
    throw failed('not all arguments converted during string formatting');
  runtime.budget.build(formatted.length);
  return formatted;
}

function named(values: Value, key: string): Value {
  if (!(values instanceof Dict)) throw failed('format requires a mapping');
  const value = values.get(key);
  if (value === undefined) throw failed(`KeyError: ${repr(key)}`);
  return value;
}

type PercentSpec = FormatSpec & { isLeft: boolean; isZero: boolean };

function convert(runtime: Runtime, value: Value, spec: PercentSpec): string {
  const align = spec.isLeft ? '<' : '>';
  const { type } = spec;
  const textual = (text: string): string =>
    formatText(runtime, text, { ...spec, align, sign: '-', isAlternate: false, type: 's' });
  const number = asNumber(value);
  const padding = {
    align: spec.isZero && !spec.isLeft ? '=' : align,
    fill: spec.isZero && !spec.isLeft ? '0' : ' ',
  } as const;
  switch (type) {
    case 's':
      return textual(toText(value));
    case 'r':
      return textual(repr(value));
    case 'c': {
      const text = asString(value);
      if (typeof number === 'bigint') return textual(character(number));
      if (text === undefined || [...text].length !== 1) throw failed('%c requires int or char');
      return textual(text);
    }
    case 'd':
    case 'i':
    case 'u': {
      if (number === undefined)
        throw failed(`%${type} format: a real number is required, not ${typeOf(value)}`);
      const integer = typeof number === 'bigint' ? number : truncated(number);
      return formatted(runtime, integer, { ...spec, ...padding, type: 'd' });
    }
    case 'o':
    case 'x':
    case 'X':
      if (typeof number !== 'bigint')
        throw failed(`%${type} format: an integer is required, not ${typeOf(value)}`);
      return formatted(runtime, number, { ...spec, ...padding });
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G': {
      if (number === undefined) throw failed(`must be real number, not ${typeOf(value)}`);
      const float = toFloat(number);
      const hasDigits = Number.isFinite(float);
      return formatFloat(runtime, float, {
        ...spec,
        ...padding,
        ...(hasDigits ? {} : { fill: ' ', align }),
      });
    }
    case 'a':
      throw unsupported('the format code %a');
    case '':
    case undefined:
      throw failed('incomplete format');
    default:
      throw failed(`unsupported format character '${type}'`);
  }
}

/** An integer, whose precision is its least number of digits. */
function formatted(runtime: Runtime, value: bigint, spec: PercentSpec): string {
  const { precision } = spec;
  if (precision === undefined) return formatInteger(runtime, value, spec);
  runtime.budget.build(precision);
  const text = formatInteger(runtime, value, {
    ...spec,
    precision: undefined,
    width: 0,
    align: '>',
    fill: ' ',
  });
  const [, sign, digits] = /^([-+ ]?(?:0[xXo])?)([\s\S]*)$/.exec(text) as unknown as [
    string,
    string,
    string,
  ];
  const padded = sign + digits.padStart(precision, '0');
  if (padded.length >= spec.width) return padded;
  if (spec.isLeft) return padded.padEnd(spec.width);
  if (!spec.isZero) return padded.padStart(spec.width);
  return sign + digits.padStart(Math.max(precision, spec.width - sign.length), '0');
}
