import { failed, unsupported } from '../error.ts';
import type { Arguments } from '../value/arguments.ts';
import { asNumber } from '../value/compare.ts';
import type { Runtime } from '../value/runtime.ts';
import { typeOf, Undefined, type Value } from '../value/value.ts';
import {
  type FormatSpec,
  formatFloat,
  formatInteger,
  formatText,
  plainSpec,
} from './number-format.ts';
import { repr, toText } from './print.ts';

/** How the fields of a format string get at attributes and items, with the rules of the sandbox. */
export type FieldAccess = {
  attribute(value: Value, name: string): Value;
  item(value: Value, key: Value): Value;
};

type Request = { given: Arguments; access: FieldAccess; state: { next: number | undefined } };

/** Python's `text.format(…)`. */
export function braceFormat(
  runtime: Runtime,
  text: string,
  given: Arguments,
  access: FieldAccess,
): string {
  return format(runtime, text, { given, access, state: { next: 0 } }, 2);
}

function format(runtime: Runtime, text: string, request: Request, depth: number): string {
  if (depth < 0) throw failed('Max string recursion exceeded');
  let result = '';
  for (let i = 0; i < text.length; ) {
    const character = text[i]!;
    if (character !== '{' && character !== '}') {
      result += character;
      i += 1;
    } else if (text[i + 1] === character) {
      result += character;
      i += 2;
    } else if (character === '}') throw failed("Single '}' encountered in format string");
    else {
      const end = fieldEnd(text, i);
      result += field(runtime, text.slice(i + 1, end), request, depth);
      runtime.budget.build(result.length);
      i = end + 1;
    }
  }
  return result;
}

function fieldEnd(text: string, start: number): number {
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    if (text[i] === '{') depth += 1;
    else if (text[i] === '}') {
      depth -= 1;
      if (depth === 0) return i;
    }
  }
  throw failed("Single '{' encountered in format string");
}

const parts = /^(?<name>(?:\[[^\]]*\]|[^!:[\]])*)(?:!(?<conversion>[^:]*))?(?::(?<spec>[\s\S]*))?$/;

function field(runtime: Runtime, text: string, request: Request, depth: number): string {
  const groups = parts.exec(text)?.groups;
  if (groups === undefined) throw failed(`a format field that cannot be read: {${text}}`);
  const { name = '', conversion, spec = '' } = groups;
  const value = converted(lookUp(name, request), conversion);
  return formatValue(runtime, value, format(runtime, spec, request, depth - 1));
}

function converted(value: Value, conversion: string | undefined): Value {
  switch (conversion) {
    case undefined:
      return value;
    case 's':
      return toText(value);
    case 'r':
      return repr(value);
    case 'a':
      throw unsupported('the conversion !a');
    default:
      throw failed(`Unknown conversion specifier ${conversion}`);
  }
}

function lookUp(name: string, { given, access, state }: Request): Value {
  const [first] = /^[^.[]*/.exec(name) as unknown as [string];
  let value: Value | undefined;
  const isAutomatic = name === '';
  if (isAutomatic || /^\d+$/.test(first)) {
    const isManual = !isAutomatic && name === first;
    if (isAutomatic ? state.next === undefined : isManual && (state.next ?? 0) > 0)
      throw failed('cannot switch between manual and automatic field numbering');
    const place = isAutomatic ? (state.next as number) : Number(first);
    if (isAutomatic) state.next = place + 1;
    else if (isManual) state.next = undefined;
    value = given.positional[place];
    if (value === undefined)
      throw failed('Replacement index out of range for positional args tuple');
  } else {
    value = given.named.get(first);
    if (value === undefined) throw failed(`KeyError: ${repr(first)}`);
  }
  for (const { 0: whole, 1: attribute, 2: item } of name
    .slice(first.length)
    .matchAll(/\.([^.[]*)|\[([^\]]*)\]|[\s\S]/g)) {
    if (attribute !== undefined && attribute !== '') value = access.attribute(value, attribute);
    else if (item !== undefined && item !== '')
      value = access.item(value, /^\d+$/.test(item) ? BigInt(item) : item);
    else throw failed(`a format field that cannot be read: ${whole}`);
  }
  return value;
}

const specification =
  /^(?:(?<fill>[\s\S])(?=[<>=^]))?(?<align>[<>=^])?(?<sign>[-+ ])?(?<z>z)?(?<alternate>#)?(?<zero>0)?(?<width>\d+)?(?<grouping>[,_])?(?:\.(?<precision>\d+))?(?<type>[a-zA-Z%])?$/u;

/** Python's `format(value, spec)`. */
function formatValue(runtime: Runtime, value: Value, text: string): string {
  if (text === '') return toText(value);
  const groups = specification.exec(text)?.groups;
  if (groups === undefined) throw failed(`Invalid format specifier '${text}'`);
  if (groups.z !== undefined) throw unsupported('the format option z');
  const isZero = groups.zero !== undefined;
  const isNumber = asNumber(value) !== undefined;
  const spec: FormatSpec = {
    ...plainSpec,
    fill: groups.fill ?? (isZero ? '0' : ' '),
    align: (groups.align ?? (isZero && isNumber ? '=' : '')) as FormatSpec['align'],
    sign: (groups.sign ?? '-') as FormatSpec['sign'],
    isAlternate: groups.alternate !== undefined,
    width: Number(groups.width ?? 0),
    grouping: (groups.grouping ?? '') as FormatSpec['grouping'],
    precision: groups.precision === undefined ? undefined : Number(groups.precision),
    type: groups.type ?? '',
  };
  if (typeof value === 'string') return formatText(runtime, value, spec);
  // A bool without a letter is written as an int once there is anything to format.
  const number = asNumber(value);
  if (typeof number === 'bigint') return formatInteger(runtime, number, spec);
  if (typeof number === 'number') return formatFloat(runtime, number, spec);
  if (value instanceof Undefined) throw failed(value.problem);
  throw failed(`unsupported format string passed to ${typeOf(value)}.__format__`);
}
