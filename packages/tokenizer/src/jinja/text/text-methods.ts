import { failed, unsupported } from '../error.ts';
import { type Arguments, bind, bindPlaces } from '../value/arguments.ts';
import { asNumber, asString } from '../value/compare.ts';
import type { Runtime } from '../value/runtime.ts';
import { iterate } from '../value/sequence.ts';
import { isWhite, pointLength, splitLines, strip } from '../value/text.ts';
import { Tuple, typeOf, Undefined, type Value } from '../value/value.ts';
import { isPrintable, repr } from './print.ts';
import { capitalize, swapCase, textQuestions, titleWords } from './text-case.ts';
import { count, find, hasEdge, replace, split } from './text-search.ts';

/** A method of str. */
export type TextMethod = (runtime: Runtime, text: string, given: Arguments) => Value;

const noSize = -1n;

/** Methods of str that templates can call; `format` is made where attributes are read. */
export const textMethods: ReadonlyMap<string, TextMethod> = new Map<string, TextMethod>([
  ...['both', 'left', 'right'].map(
    (ends) =>
      [
        { both: 'strip', left: 'lstrip', right: 'rstrip' }[ends] as string,
        (runtime, text, given) => {
          const [chars = null] = bindPlaces('strip', [0, 1], given);
          if (chars !== null && asString(chars) === undefined)
            throw failed(`strip arg must be None or str, not ${typeOf(chars)}`);
          work(runtime, text);
          return strip(text, chars === null ? null : textOf(chars), ends as 'both');
        },
      ] as [string, TextMethod],
  ),
  ...Object.entries(textQuestions).map(
    ([name, ask]) =>
      [
        name,
        (runtime, text, given) => {
          bindPlaces(name, [0, 0], given);
          work(runtime, text);
          return ask(text);
        },
      ] as [string, TextMethod],
  ),
  ['isspace', plain((text) => isWhite(text))],
  ['isprintable', plain((text) => Array.from(text).every(isPrintable))],
  ['upper', plain((text) => text.toUpperCase())],
  ['lower', plain((text) => text.toLowerCase())],
  ['capitalize', plain(capitalize)],
  ['title', plain(titleWords)],
  ['swapcase', plain(swapCase)],
  ['casefold', plain(caseFold)],
  ['split', (runtime, text, given) => splitMethod(runtime, text, given, 'left')],
  ['rsplit', (runtime, text, given) => splitMethod(runtime, text, given, 'right')],
  [
    'splitlines',
    (runtime, text, given) => {
      const [keepEnds] = bind('splitlines', [['keepends', false]], given) as [Value];
      work(runtime, text);
      return splitLines(text, integer(keepEnds) !== 0);
    },
  ],
  ['partition', (runtime, text, given) => partition(runtime, text, given, 'first')],
  ['rpartition', (runtime, text, given) => partition(runtime, text, given, 'last')],
  [
    'replace',
    (runtime, text, given) => {
      const [old, replacement, most = noSize] = bindPlaces('replace', [2, 3], given) as Value[];
      return replaceText(runtime, text, [textOf(old!), textOf(replacement!), integer(most)]);
    },
  ],
  [
    'join',
    (runtime, text, given) => {
      const [items] = bindPlaces('join', [1, 1], given) as [Value];
      return joinTexts(runtime, text, [...iterate(runtime, items)].map(textOf));
    },
  ],
  ...(['startswith', 'endswith'] as const).map(
    (name) =>
      [
        name,
        (_, text, given) => {
          const [wanted, start = null, end = null] = bindPlaces(name, [1, 3], given);
          return hasEdge(text, wanted!, [start, end], name);
        },
      ] as [string, TextMethod],
  ),
  ['find', searching('find', 'first', false)],
  ['rfind', searching('rfind', 'last', false)],
  ['index', searching('index', 'first', true)],
  ['rindex', searching('rindex', 'last', true)],
  [
    'count',
    (runtime, text, given) => {
      const [wanted, start = null, end = null] = bindPlaces('count', [1, 3], given);
      work(runtime, text);
      return BigInt(count(text, textOf(wanted!), [start, end]));
    },
  ],
  [
    'removeprefix',
    affix('removeprefix', (text, part) => (text.startsWith(part) ? text.slice(part.length) : text)),
  ],
  [
    'removesuffix',
    affix('removesuffix', (text, part) =>
      part !== '' && text.endsWith(part) ? text.slice(0, -part.length) : text,
    ),
  ],
  ['center', justify('center')],
  ['ljust', justify('ljust')],
  ['rjust', justify('rjust')],
  [
    'zfill',
    (runtime, text, given) => {
      const [width] = bindPlaces('zfill', [1, 1], given) as [Value];
      const room = integer(width) - pointLength(text);
      if (room <= 0) return text;
      runtime.budget.build(room + text.length);
      const sign = /^[-+]/.exec(text)?.[0] ?? '';
      return sign + '0'.repeat(room) + text.slice(sign.length);
    },
  ],
  ['expandtabs', expandTabs],
]);

/** Methods of str that Python has and templates have no use for. */
export const refusedTextMethods: ReadonlySet<string> = new Set([
  'encode',
  'maketrans',
  'translate',
]);

function plain(change: (text: string) => Value): TextMethod {
  return (runtime, text, given) => {
    bindPlaces('str method', [0, 0], given);
    work(runtime, text);
    return change(text);
  };
}

function work(runtime: Runtime, text: string): void {
  runtime.budget.spend(1 + Math.ceil(text.length / 64));
  runtime.budget.build(text.length);
}

/** The text of a str; throws for any other value. */
export function textOf(value: Value): string {
  const text = asString(value);
  if (text !== undefined) return text;
  throw failed(value instanceof Undefined ? value.problem : `expected str, found ${typeOf(value)}`);
}

/** An int as a number that can count; throws for any other value. */
export function integer(value: Value): number {
  const number = asNumber(value);
  if (typeof number === 'bigint') return Number(number);
  if (value instanceof Undefined) throw failed(value.problem);
  throw failed(`'${typeOf(value)}' object cannot be interpreted as an integer`);
}

function splitMethod(
  runtime: Runtime,
  text: string,
  given: Arguments,
  from: 'left' | 'right',
): Value {
  const [separator, most] = bind(
    'split',
    [
      ['sep', null],
      ['maxsplit', noSize],
    ],
    given,
  ) as [Value, Value];
  const parts = split(text, separator === null ? null : textOf(separator), integer(most), from);
  runtime.budget.spend(parts.length);
  work(runtime, text);
  return parts;
}

function partition(
  runtime: Runtime,
  text: string,
  given: Arguments,
  which: 'first' | 'last',
): Value {
  const [value] = bindPlaces('partition', [1, 1], given) as [Value];
  const separator = textOf(value);
  if (separator === '') throw failed('empty separator');
  work(runtime, text);
  const at = which === 'first' ? text.indexOf(separator) : text.lastIndexOf(separator);
  if (at < 0) return new Tuple(which === 'first' ? [text, '', ''] : ['', '', text]);
  return new Tuple([text.slice(0, at), separator, text.slice(at + separator.length)]);
}

/** `replace` with the length of the result checked before it is built. */
export function replaceText(
  runtime: Runtime,
  text: string,
  [old, replacement, most]: readonly [old: string, replacement: string, most: number],
): string {
  const found = old === '' ? text.length + 1 : occurrences(text, old);
  const times = most < 0 ? found : Math.min(found, most);
  runtime.budget.spend(1 + Math.ceil(text.length / 64) + times);
  runtime.budget.build(text.length + times * Math.max(replacement.length - old.length, 0));
  return replace(text, old, replacement, most);
}

function occurrences(text: string, part: string): number {
  let count = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) count += 1;
  return count;
}

/** Puts texts together with a separator between them. */
export function joinTexts(runtime: Runtime, separator: string, texts: readonly string[]): string {
  const gaps = separator.length * Math.max(texts.length - 1, 0);
  runtime.budget.build(texts.reduce((sum, text) => sum + text.length, gaps));
  return texts.join(separator);
}

function searching(name: string, which: 'first' | 'last', isStrict: boolean): TextMethod {
  return (runtime, text, given) => {
    const [wanted, start = null, end = null] = bindPlaces(name, [1, 3], given);
    work(runtime, text);
    const at = find(text, textOf(wanted!), [start, end], which);
    if (at < 0 && isStrict) throw failed('substring not found');
    return BigInt(at);
  };
}

function affix(name: string, change: (text: string, part: string) => string): TextMethod {
  return (_, text, given) => change(text, textOf(bindPlaces(name, [1, 1], given)[0]!));
}

function justify(name: 'center' | 'ljust' | 'rjust'): TextMethod {
  return (runtime, text, given) => {
    const [width, fill = ' '] = bindPlaces(name, [1, 2], given);
    const filler = textOf(fill);
    if (pointLength(filler) !== 1)
      throw failed('The fill character must be exactly one character long');
    return justified(runtime, text, { name, width: integer(width!), filler });
  };
}

/** Text widened with a character; `center` puts the odd one where CPython does. */
export function justified(
  runtime: Runtime,
  text: string,
  { name, width, filler }: { name: 'center' | 'ljust' | 'rjust'; width: number; filler: string },
): string {
  const room = width - pointLength(text);
  if (room <= 0) return text;
  runtime.budget.build(width * filler.length);
  if (name === 'ljust') return text + filler.repeat(room);
  if (name === 'rjust') return filler.repeat(room) + text;
  const left = Math.floor(room / 2) + (room & width & 1);
  return filler.repeat(left) + text + filler.repeat(room - left);
}

function caseFold(text: string): string {
  if (/[^\0-\x7f]/.test(text)) throw unsupported(`casefold of ${repr(text)}, which is not ASCII,`);
  return text.toLowerCase();
}

function expandTabs(runtime: Runtime, text: string, given: Arguments): Value {
  const [size] = bind('expandtabs', [['tabsize', 8n]], given) as [Value];
  runtime.budget.spend(text.length);
  const width = integer(size);
  let column = 0;
  let result = '';
  for (const character of text) {
    if (character !== '\t') {
      result += character;
      column = character === '\n' || character === '\r' ? 0 : column + 1;
      continue;
    }
    const room = width > 0 ? width - (column % width) : 0;
    runtime.budget.build(result.length + room);
    result += ' '.repeat(room);
    column += room;
  }
  return result;
}
