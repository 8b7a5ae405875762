import { charge, chargeText } from '../budget.ts';
import { failed, unsupported } from '../error.ts';
import { AttributeObject, Callable } from '../value/callable.ts';
import { Undecided } from '../value/unknown-texts.ts';
import {
  Dict,
  DictView,
  Markup,
  Namespace,
  Once,
  Range,
  Said,
  Tuple,
  typeOf,
  Undefined,
  type Value,
} from '../value/value.ts';
import { floatText } from './float-text.ts';

/** Python refuses to print integers that are longer. */
const mostDigits = 4300;

/** Python's `str`. */
export function toText(value: Value): string {
  if (typeof value === 'string') return value;
  if (value instanceof Undefined) return '';
  if (value instanceof Markup) return value.text;
  return repr(value);
}

/** Python's `repr`. Throws for objects that Python prints with their address in memory. */
export function repr(value: Value): string {
  charge(1);
  if (value === null) return 'None';
  if (Array.isArray(value)) return `[${value.map(repr).join(', ')}]`;
  switch (typeof value) {
    case 'boolean':
      return value ? 'True' : 'False';
    case 'bigint':
      return integerText(value);
    case 'number':
      return floatText(value);
    case 'string':
      return quoted(value);
    default:
  }
  if (value instanceof Undefined) return 'Undefined';
  if (value instanceof Said) throw new Undecided('what is written of a text');
  if (value instanceof Markup) return `Markup(${quoted(value.text)})`;
  if (value instanceof Tuple) {
    const [only] = value.items;
    if (value.items.length === 1) return `(${repr(only!)},)`;
    return `(${value.items.map(repr).join(', ')})`;
  }
  if (value instanceof Dict) {
    const entries = value.entries().map(([key, inner]) => `${repr(key)}: ${repr(inner)}`);
    return `{${entries.join(', ')}}`;
  }
  if (value instanceof DictView) return `${value.typeName}(${repr(value.items())})`;
  if (value instanceof Range) {
    const { start, stop, step } = value;
    return step === 1n ? `range(${start}, ${stop})` : `range(${start}, ${stop}, ${step})`;
  }
  if (value instanceof Namespace) return `<Namespace ${repr(value.attributes)}>`;
  if (value instanceof AttributeObject) return value.print();
  if (value instanceof Callable || value instanceof Once)
    throw unsupported(`printing a ${typeOf(value)}, which has no text of its own,`);
  throw unsupported(`printing a ${typeOf(value)}`);
}

/** Decimal digits of an integer. */
export function integerText(value: bigint): string {
  const text = value.toString();
  charge(text.length >> 5);
  if (text.length > mostDigits + (value < 0n ? 1 : 0))
    throw failed(`Exceeds the limit (${mostDigits} digits) for integer string conversion`);
  return text;
}

const short: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/** What Python escapes in the repr of a string: all that is not printable, and blanks other than the space. */
const escaped = /[\\\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;

function quoted(text: string): string {
  chargeText(text.length);
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = text.replace(escaped, (character) => {
    const known = short[character];
    if (known !== undefined) return known;
    const code = character.codePointAt(0) as number;
    if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`;
    if (code <= 0xffff) return `\\u${code.toString(16).padStart(4, '0')}`;
    return `\\U${code.toString(16).padStart(8, '0')}`;
  });
  return quote + (quote === "'" ? body.replaceAll("'", "\\'") : body) + quote;
}

/** Whether Python shows the character as it is in the repr of a string. */
export function isPrintable(character: string): boolean {
  return character === '\\' || character.search(escaped) < 0;
}
