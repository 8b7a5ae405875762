import { chargeText } from '../budget.ts';
import { failed } from '../error.ts';
import { asString, sorted } from '../value/compare.ts';
import type { Runtime } from '../value/runtime.ts';
import { Dict, Tuple, typeOf, type Value } from '../value/value.ts';
import { floatText } from './float-text.ts';
import { integerText } from './print.ts';

export type JsonStyle = {
  isAscii: boolean;
  /** What one level is indented by; null for a single line. */
  indent: string | null;
  itemSeparator: string;
  keySeparator: string;
  sortsKeys: boolean;
};

/** Python's `json.dumps`. */
export function toJson(runtime: Runtime, value: Value, style: JsonStyle): string {
  const text = write(runtime, value, style, 1);
  runtime.budget.build(text.length);
  return text;
}

function write(runtime: Runtime, value: Value, style: JsonStyle, depth: number): string {
  runtime.budget.spend(1);
  if (value === null) return 'null';
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value === 'bigint') return integerText(value);
  if (typeof value === 'number') return jsonFloat(value);
  const string = asString(value);
  if (string !== undefined) return quote(string, style.isAscii);
  const inner = (item: Value): string => write(runtime, item, style, depth + 1);
  if (Array.isArray(value)) return wrap('[]', value.map(inner), style, depth);
  if (value instanceof Tuple) return wrap('[]', value.items.map(inner), style, depth);
  if (!(value instanceof Dict))
    throw failed(`Object of type ${typeOf(value)} is not JSON serializable`);
  const entries = style.sortsKeys
    ? sorted(value.entries(), ([key]) => key, false)
    : value.entries();
  const members = entries.map(
    ([key, item]) => quote(keyText(key), style.isAscii) + style.keySeparator + inner(item),
  );
  return wrap('{}', members, style, depth);
}

function wrap(brackets: string, items: string[], style: JsonStyle, depth: number): string {
  const [open, close] = brackets;
  if (items.length === 0) return brackets;
  if (style.indent === null) return open + items.join(style.itemSeparator) + close;
  const line = `\n${style.indent.repeat(depth)}`;
  const end = `\n${style.indent.repeat(depth - 1)}`;
  return open + line + items.join(style.itemSeparator + line) + end + close;
}

function keyText(key: Value): string {
  if (typeof key === 'string') return key;
  if (key === null) return 'null';
  if (typeof key === 'boolean') return key ? 'true' : 'false';
  if (typeof key === 'bigint') return integerText(key);
  if (typeof key === 'number') return jsonFloat(key);
  throw failed(`keys must be str, int, float, bool or None, not ${typeOf(key)}`);
}

function jsonFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  return floatText(value);
}

const escapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\f': '\\f',
  '\b': '\\b',
};

const controls = '\\0-\\x1f';
const unprintable = new RegExp(`["\\\\${controls}]`, 'g');
/** Without the u flag, so that an astral character is escaped as two units. */
const outsideAscii = /["\\]|[^ -~]/g;

function quote(text: string, isAscii: boolean): string {
  chargeText(text.length);
  const special = isAscii ? outsideAscii : unprintable;
  const body = text.replace(
    special,
    (unit) => escapes[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `"${body}"`;
}
