import { charge } from '../budget.ts';
import { failed } from '../error.ts';
import { toJson } from '../text/json.ts';
import { escapeMarkup } from '../text/markup.ts';
import { percentFormat } from '../text/percent-format.ts';
import { toText } from '../text/print.ts';
import { capitalize } from '../text/text-case.ts';
import { integer, justified, replaceText, textOf } from '../text/text-methods.ts';
import { split } from '../text/text-search.ts';
import { type Arguments, bind } from '../value/arguments.ts';
import { asString } from '../value/compare.ts';
import type { Runtime } from '../value/runtime.ts';
import { isIterable, isTruthy, length, toList } from '../value/sequence.ts';
import { pointLength, points, splitLines, strip, whiteClass } from '../value/text.ts';
import { Dict, Markup, Tuple, typeOf, Undefined, type Value } from '../value/value.ts';
import { type Filter, inputText } from './filter.ts';

const changing = (name: string, change: (text: string) => Value): readonly [string, Filter] => [
  name,
  (runtime, given) => {
    const [value] = bind(name, ['s'], given) as [Value];
    const text = inputText(name, value);
    runtime.budget.build(text.length);
    return change(text);
  },
];

const escaping: Filter = (_, given) => new Markup(escapeMarkup(bind('escape', ['s'], given)[0]!));

/** Filters that give text, or take it. */
export const textFilters: readonly (readonly [string, Filter])[] = [
  changing('upper', (text) => text.toUpperCase()),
  changing('lower', (text) => text.toLowerCase()),
  changing('capitalize', capitalize),
  changing('title', titleFilter),
  changing('wordcount', (text) => BigInt(text.match(/[\p{L}\p{N}_]+/gu)?.length ?? 0)),
  ['string', (_, given) => keepMarkup(bind('string', ['object'], given)[0]!)],
  ['safe', (_, given) => new Markup(toText(bind('safe', ['value'], given)[0]!))],
  ['escape', escaping],
  ['e', escaping],
  [
    'forceescape',
    (_, given) => new Markup(escapeMarkup(toText(bind('forceescape', ['value'], given)[0]!))),
  ],
  [
    'trim',
    (runtime, given) => {
      const [value, chars] = bind('trim', ['value', ['chars', null]], given) as [Value, Value];
      const text = inputText('trim', value);
      runtime.budget.spend(1 + Math.ceil(text.length / 64));
      return strip(text, chars === null ? null : textOf(chars), 'both');
    },
  ],
  [
    'replace',
    (runtime, given) => {
      const parameters = ['s', 'old', 'new', ['count', null]] as const;
      const [text, old, replacement, most] = bind('replace', parameters, given) as Value[];
      return replaceText(runtime, toText(text!), [
        toText(old!),
        toText(replacement!),
        most === null ? -1 : integer(most!),
      ]);
    },
  ],
  [
    'center',
    (runtime, given) => {
      const [value, width] = bind('center', ['value', ['width', 80n]], given) as [Value, Value];
      const text = inputText('center', value);
      return justified(runtime, text, { name: 'center', width: integer(width), filler: ' ' });
    },
  ],
  [
    'format',
    (runtime, { positional, named }) => {
      const [value, ...rest] = positional;
      if (rest.length > 0 && named.size > 0)
        throw failed("can't handle positional and keyword arguments at the same time");
      const values = named.size > 0 ? new Dict(named) : new Tuple(rest);
      return percentFormat(runtime, inputText('format', value!), values);
    },
  ],
  ['indent', indent],
  ['truncate', truncate],
  ['urlencode', urlEncode],
  ['tojson', json],
];

function keepMarkup(value: Value): Value {
  return value instanceof Markup ? value : toText(value);
}

const wordStart = new RegExp(`(?:${whiteClass}|[-({\\[<])+`, 'g');

function titleFilter(text: string): string {
  const word = (part: string): string => {
    const [first = ''] = part;
    return first.toUpperCase() + part.slice(first.length).toLowerCase();
  };
  let result = '';
  let start = 0;
  for (const { 0: gap, index } of text.matchAll(wordStart)) {
    result += word(text.slice(start, index)) + gap;
    start = index + gap.length;
  }
  return result + word(text.slice(start));
}

function indent(runtime: Runtime, given: Arguments): Value {
  const parameters = ['s', ['width', 4n], ['first', false], ['blank', false]] as const;
  const [value, width, first, blank] = bind('indent', parameters, given) as Value[];
  if (value instanceof Undefined) throw failed(value.problem);
  const text = textOf(value instanceof Markup ? inputText('indent', value) : value!);
  const blanks = asString(width!) ?? ' '.repeat(Math.max(countOf(runtime, width!), 0));
  const lines = splitLines(`${text}\n`, false);
  runtime.budget.build(text.length + lines.length * blanks.length);
  const [head = '', ...rest] = lines;
  const isBlankToo = isTruthy(blank!);
  const indented = rest.map((line) => (line !== '' || isBlankToo ? blanks + line : line));
  return (isTruthy(first!) ? blanks : '') + [head, ...indented].join('\n');
}

function countOf(runtime: Runtime, value: Value): number {
  const count = integer(value);
  if (count > 0) runtime.budget.build(count);
  return count;
}

function truncate(runtime: Runtime, given: Arguments): Value {
  const parameters = [
    's',
    ['length', 255n],
    ['killwords', false],
    ['end', '...'],
    ['leeway', null],
  ] as const;
  const [value, size, killWords, end, leeway] = bind('truncate', parameters, given) as Value[];
  const ending = textOf(end!);
  const most = integer(size!);
  const extra = leeway === null ? 5 : integer(leeway!);
  const endLength = pointLength(ending);
  if (most < endLength) throw failed(`expected length >= ${endLength}, got ${most}`);
  if (extra < 0) throw failed(`expected leeway >= 0, got ${extra}`);
  if (length(value!) <= most + extra) return value!;
  const text = value instanceof Markup ? inputText('truncate', value) : textOf(value!);
  runtime.budget.build(text.length);
  const characters = points(text);
  const kept = characters.slice(0, most - endLength).join('');
  return (isTruthy(killWords!) ? kept : split(kept, ' ', 1, 'right')[0]!) + ending;
}

function urlEncode(runtime: Runtime, given: Arguments): Value {
  const [value] = bind('urlencode', ['value'], given) as [Value];
  if (asString(value) === undefined && isIterable(value)) {
    const pairs = value instanceof Dict ? value.entries() : toList(runtime, value);
    return pairs
      .map((pair) => {
        const [key, inner, ...more] = Array.isArray(pair) ? pair : toList(runtime, pair as Value);
        if (key === undefined || inner === undefined || more.length > 0)
          throw failed('urlencode takes pairs');
        return `${quoted(key, '')}=${quoted(inner, '')}`.replaceAll('%20', '+');
      })
      .join('&');
  }
  return quoted(value, '/');
}

function quoted(value: Value, safe: string): string {
  const text = toText(value);
  charge(text.length);
  const encoded = encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return safe === '/' ? encoded.replaceAll('%2F', '/') : encoded;
}

/** As transformers has it in place of Jinja2's own: nothing is escaped for HTML. */
function json(runtime: Runtime, given: Arguments): Value {
  const parameters = [
    'x',
    ['ensure_ascii', false],
    ['indent', null],
    ['separators', null],
    ['sort_keys', false],
  ] as const;
  const [value, isAscii, indentation, separators, sortsKeys] = bind(
    'tojson',
    parameters,
    given,
  ) as Value[];
  const blanks =
    indentation === null
      ? null
      : (asString(indentation!) ?? ' '.repeat(Math.max(countOf(runtime, indentation!), 0)));
  const [item, key, ...more] =
    separators === null ? [blanks === null ? ', ' : ',', ': '] : toList(runtime, separators!);
  if (item === undefined || key === undefined || more.length > 0)
    throw failed(`separators must be two, not ${length(separators!)}`);
  if (asString(item) === undefined || asString(key) === undefined)
    throw failed(`separators must be texts, not ${typeOf(item)}`);
  return toJson(runtime, value!, {
    isAscii: isTruthy(isAscii!),
    indent: blanks,
    itemSeparator: textOf(item),
    keySeparator: textOf(key),
    sortsKeys: isTruthy(sortsKeys!),
  });
}
