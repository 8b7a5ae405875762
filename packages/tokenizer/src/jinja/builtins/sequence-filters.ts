import { failed } from '../error.ts';
import { binary } from '../operators/arithmetic.ts';
import { getAttribute } from '../operators/attributes.ts';
import { toText } from '../text/print.ts';
import { integer, joinTexts } from '../text/text-methods.ts';
import { type Arguments, bind, type Parameter } from '../value/arguments.ts';
import { asNumber, asString, isEqual, isOrdered, sorted } from '../value/compare.ts';
import { reversed } from '../value/container-methods.ts';
import type { Runtime } from '../value/runtime.ts';
import { isTruthy, iterate, length, toList } from '../value/sequence.ts';
import { points } from '../value/text.ts';
import { Dict, hashKey, Markup, Once, Tuple, Undefined, type Value } from '../value/value.ts';
import { attributeReader, type Filter, foldCase } from './filter.ts';

const counted: Filter = (_, given) => BigInt(length(bind('len', ['obj'], given)[0]!));
const otherwise: Filter = (_, given) => {
  const parameters = ['value', ['default_value', ''], ['boolean', false]] as const;
  const [value, fallback, isBoolean] = bind('default', parameters, given) as [Value, Value, Value];
  const isMissing = value instanceof Undefined || (isTruthy(isBoolean) && !isTruthy(value));
  return isMissing ? fallback : value;
};

/** Filters that give or take lists, dicts and what can be gone through. */
export const sequenceFilters: readonly (readonly [string, Filter])[] = [
  ['length', counted],
  ['count', counted],
  ['default', otherwise],
  ['d', otherwise],
  ['list', (runtime, given) => toList(runtime, bind('list', ['value'], given)[0]!)],
  ['first', first],
  ['last', last],
  ['reverse', reverse],
  ['join', join],
  ['items', items],
  ['dictsort', dictSort],
  ['sort', sort],
  ['unique', unique],
  ['min', (runtime, given) => extreme(runtime, given, '<')],
  ['max', (runtime, given) => extreme(runtime, given, '>')],
  ['groupby', groupBy],
  ['sum', sum],
  ['batch', batch],
  ['slice', slices],
  [
    'attr',
    (_, given) => {
      const [value, name] = bind('attr', ['obj', 'name'], given) as [Value, Value];
      const text = asString(name);
      if (text === undefined) throw failed('attribute name must be string');
      const found =
        value instanceof Dict ? getAttribute(methodsOnly, text) : getAttribute(value, text);
      // Only attributes, never items; a dict has the same ones whatever it holds.
      return value instanceof Dict && !(found instanceof Undefined)
        ? getAttribute(value, text)
        : found;
    },
  ],
];

const methodsOnly = new Dict();

function first(runtime: Runtime, given: Arguments): Value {
  const [value] = bind('first', ['seq'], given) as [Value];
  for (const item of iterate(runtime, value)) return item;
  return new Undefined('No first item, sequence was empty.');
}

function last(runtime: Runtime, given: Arguments): Value {
  const [value] = bind('last', ['seq'], given) as [Value];
  const text = asString(value);
  if (text !== undefined)
    return points(text).at(-1) ?? new Undefined('No last item, sequence was empty.');
  const backwards = value instanceof Undefined ? new Once([]) : reversed(runtime, value);
  if (backwards === undefined) throw failed('the filter "last" takes what can be reversed');
  for (const item of iterate(runtime, backwards)) return item;
  return new Undefined('No last item, sequence was empty.');
}

function reverse(runtime: Runtime, given: Arguments): Value {
  const [value] = bind('reverse', ['value'], given) as [Value];
  const text = asString(value);
  if (text !== undefined) {
    const backwards = points(text).reverse().join('');
    return value instanceof Markup ? new Markup(backwards) : backwards;
  }
  if (value instanceof Undefined) return new Once([], 'reversed');
  return reversed(runtime, value) ?? toList(runtime, value).reverse();
}

function join(runtime: Runtime, given: Arguments): Value {
  const parameters = ['value', ['d', ''], ['attribute', null]] as const;
  const [value, separator, attribute] = bind('join', parameters, given) as [Value, Value, Value];
  const read = attributeReader(attribute);
  const texts = [...iterate(runtime, value)].map((item) => toText(read(item)));
  return joinTexts(runtime, toText(separator), texts);
}

function items(_: Runtime, given: Arguments): Value {
  const [value] = bind('items', ['value'], given) as [Value];
  return new Once(pairs(value));
}

function* pairs(value: Value): Iterable<Value> {
  if (value instanceof Undefined) return;
  if (!(value instanceof Dict)) throw failed('Can only get item pairs from a mapping.');
  for (const entry of value.entries()) yield new Tuple(entry);
}

const reverseParameter: Parameter = ['reverse', false];
const caseParameter: Parameter = ['case_sensitive', false];
const attributeParameter: Parameter = ['attribute', null];

function dictSort(runtime: Runtime, given: Arguments): Value {
  const parameters = ['value', caseParameter, ['by', 'key'], reverseParameter] as const;
  const [dict, isStrict, by, isReverse] = bind('dictsort', parameters, given) as Value[];
  if (by !== 'key' && by !== 'value') throw failed('You can only sort by either "key" or "value"');
  if (dict instanceof Undefined) throw failed(dict.problem);
  if (!(dict instanceof Dict)) throw failed('the filter "dictsort" takes a dict');
  const place = by === 'key' ? 0 : 1;
  const fold = isTruthy(isStrict!) ? (value: Value) => value : foldCase;
  runtime.budget.spend(dict.size);
  return sorted(dict.entries(), (entry) => fold(entry[place]), integer(isReverse!) !== 0).map(
    (entry) => new Tuple(entry),
  );
}

function sort(runtime: Runtime, given: Arguments): Value {
  const parameters = ['value', reverseParameter, caseParameter, attributeParameter] as const;
  const [value, isReverse, isStrict, attribute] = bind('sort', parameters, given) as Value[];
  const paths = typeof attribute === 'string' ? attribute.split(',') : [attribute!];
  const readers = paths.map((path) => attributeReader(path));
  const fold = isTruthy(isStrict!) ? (item: Value) => item : foldCase;
  const key = (item: Value): Value => readers.map((read) => fold(read(item)));
  return sorted(toList(runtime, value!), key, integer(isReverse!) !== 0);
}

function keyReader(
  isStrict: Value,
  attribute: Value,
  fallback: Value = null,
): (item: Value) => Value {
  const read = attributeReader(attribute, fallback);
  return isTruthy(isStrict) ? read : (item) => foldCase(read(item));
}

function unique(runtime: Runtime, given: Arguments): Value {
  const parameters = ['value', caseParameter, attributeParameter] as const;
  const [value, isStrict, attribute] = bind('unique', parameters, given) as [Value, Value, Value];
  const read = keyReader(isStrict, attribute);
  return new Once(
    (function* () {
      const seen = new Set<string>();
      for (const item of iterate(runtime, value)) {
        const key = hashKey(read(item));
        if (seen.has(key)) continue;
        seen.add(key);
        yield item;
      }
    })(),
  );
}

function extreme(runtime: Runtime, given: Arguments, operator: '<' | '>'): Value {
  const parameters = ['value', caseParameter, attributeParameter] as const;
  const [value, isStrict, attribute] = bind('min', parameters, given) as [Value, Value, Value];
  const read = keyReader(isStrict, attribute);
  let best: Value | undefined;
  for (const item of iterate(runtime, value))
    if (best === undefined || isOrdered(read(item), operator, read(best))) best = item;
  return best === undefined ? new Undefined('No aggregated item, sequence was empty.') : best;
}

function groupBy(runtime: Runtime, given: Arguments): Value {
  const parameters = ['value', 'attribute', ['default', null], caseParameter] as const;
  const [value, attribute, fallback, isStrict] = bind('groupby', parameters, given) as Value[];
  const read = keyReader(isStrict!, attribute!, fallback!);
  const shown = attributeReader(attribute!, fallback!);
  const groups: { key: Value; items: Value[] }[] = [];
  for (const item of sorted(toList(runtime, value!), read, false)) {
    const key = read(item);
    const group = groups.at(-1);
    if (group !== undefined && isEqual(group.key, key)) group.items.push(item);
    else groups.push({ key, items: [item] });
  }
  return groups.map(
    ({ items: members }) => new Tuple([shown(members[0]!), members], ['grouper', 'list']),
  );
}

function sum(runtime: Runtime, given: Arguments): Value {
  const parameters = ['iterable', attributeParameter, ['start', 0n]] as const;
  const [value, attribute, start] = bind('sum', parameters, given) as [Value, Value, Value];
  if (typeof start === 'string') throw failed("sum() can't sum strings [use ''.join(seq) instead]");
  const read = attributeReader(attribute);
  let total: Value = start;
  for (const item of iterate(runtime, value)) total = binary(runtime, '+', [total, read(item)]);
  return total;
}

function batch(runtime: Runtime, given: Arguments): Value {
  const parameters = ['value', 'linecount', ['fill_with', null]] as const;
  const [value, lineCount, filler] = bind('batch', parameters, given) as [Value, Value, Value];
  return new Once(
    (function* () {
      // As in Python, what is no number is never a length.
      const size = Number(asNumber(lineCount) ?? Number.NaN);
      let line: Value[] = [];
      for (const item of iterate(runtime, value)) {
        if (line.length === size) {
          yield line;
          line = [];
        }
        line.push(item);
      }
      if (line.length === 0) return;
      if (filler !== null && line.length < integer(lineCount)) {
        runtime.budget.spend(size);
        while (line.length < size) line.push(filler);
      }
      yield line;
    })(),
  );
}

function slices(runtime: Runtime, given: Arguments): Value {
  const parameters = ['value', 'slices', ['fill_with', null]] as const;
  const [value, wanted, filler] = bind('slice', parameters, given) as [Value, Value, Value];
  return new Once(
    (function* () {
      const parts = integer(wanted);
      const all = toList(runtime, value);
      if (parts === 0) throw failed('integer division or modulo by zero');
      const least = Math.floor(all.length / parts);
      const longer = all.length % parts;
      let offset = 0;
      for (let i = 0; i < parts; i++) {
        runtime.budget.spend(1);
        const start = offset + i * least;
        if (i < longer) offset += 1;
        const part = all.slice(start, offset + (i + 1) * least);
        if (filler !== null && i >= longer) part.push(filler);
        yield part;
      }
    })(),
  );
}
