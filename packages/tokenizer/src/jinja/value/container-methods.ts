import { failed, unsupported } from '../error.ts';
import { type Arguments, bindPlaces } from './arguments.ts';
import { Callable } from './callable.ts';
import { isEqual } from './compare.ts';
import { bitLength } from './numbers.ts';
import type { Runtime } from './runtime.ts';
import { length, toList } from './sequence.ts';
import { Dict, DictView, Once, Range, Tuple, type Value } from './value.ts';

type Method<T> = (runtime: Runtime, value: T, given: Arguments) => Value;

const dictMethods: Readonly<Record<string, Method<Dict>>> = {
  get: (_, dict, given) => {
    const [key, otherwise = null] = bindPlaces('get', [1, 2], given);
    return dict.get(key!) ?? (dict.has(key!) ? null : otherwise);
  },
  items: view('dict_items'),
  keys: view('dict_keys'),
  values: view('dict_values'),
  copy: (_, dict, given) => {
    bindPlaces('copy', [0, 0], given);
    return new Dict(dict.entries());
  },
};

function view(typeName: DictView['typeName']): Method<Dict> {
  return (_, dict, given) => {
    bindPlaces(typeName.slice('dict_'.length), [0, 0], given);
    return new DictView(typeName, dict);
  };
}

function sequenceItems(value: Value[] | Tuple): readonly Value[] {
  return value instanceof Tuple ? value.items : value;
}

const sequenceMethods: Readonly<Record<string, Method<Value[] | Tuple>>> = {
  count: (runtime, value, given) => {
    const [item] = bindPlaces('count', [1, 1], given) as [Value];
    const items = sequenceItems(value);
    runtime.budget.spend(items.length);
    return BigInt(items.filter((other) => isEqual(other, item)).length);
  },
  index: (runtime, value, given) => {
    const [item, start = 0n, stop = null] = bindPlaces('index', [1, 3], given);
    const items = sequenceItems(value);
    runtime.budget.spend(items.length);
    if (start !== 0n || stop !== null) throw unsupported('index() with a start');
    const at = items.findIndex((other) => isEqual(other, item!));
    if (at < 0) throw failed('the value is not in the list');
    return BigInt(at);
  },
};

const listMethods: Readonly<Record<string, Method<Value[]>>> = {
  copy: (runtime, list, given) => {
    bindPlaces('copy', [0, 0], given);
    runtime.budget.spend(list.length);
    return [...list];
  },
};

/** What the sandbox lets no template do to a list or a dict; such an attribute is undefined. */
const changing: Readonly<Record<'list' | 'dict', ReadonlySet<string>>> = {
  list: new Set(['append', 'clear', 'pop', 'reverse', 'insert', 'sort', 'extend', 'remove']),
  dict: new Set(['clear', 'pop', 'popitem', 'setdefault', 'update']),
};

/** Attributes that Python has and that are refused by name. */
const refused: Readonly<Record<string, ReadonlySet<string>>> = {
  dict: new Set(['fromkeys']),
  int: new Set(['as_integer_ratio', 'bit_count', 'conjugate', 'from_bytes', 'to_bytes']),
  bool: new Set(['as_integer_ratio', 'bit_count', 'conjugate', 'from_bytes', 'to_bytes']),
  float: new Set(['as_integer_ratio', 'conjugate', 'fromhex', 'hex', 'imag', 'real']),
  generator: new Set([
    'close',
    'gi_code',
    'gi_frame',
    'gi_running',
    'gi_suspended',
    'gi_yieldfrom',
    'send',
    'throw',
  ]),
  range: new Set(['count', 'index']),
  dict_keys: new Set(['isdisjoint', 'mapping']),
  dict_values: new Set(['mapping']),
  dict_items: new Set(['isdisjoint', 'mapping']),
};

/** An attribute that Python's own type has; `unsafe` for one that the sandbox hides. */
export function builtinAttribute(
  value: Value,
  typeName: string,
  name: string,
): Value | 'unsafe' | undefined {
  if (typeName === 'list' || typeName === 'dict') {
    if (changing[typeName].has(name)) return 'unsafe';
  }
  if (Object.hasOwn(refused, typeName) && refused[typeName]!.has(name))
    throw unsupported(`the attribute "${name}" of a ${typeName}`);
  if (value instanceof Dict) return method(dictMethods, name, value);
  if (Array.isArray(value))
    return method(sequenceMethods, name, value) ?? method(listMethods, name, value);
  if (value instanceof Tuple) {
    const field = value.fields.indexOf(name);
    return field >= 0 ? value.items[field] : method(sequenceMethods, name, value);
  }
  if (value instanceof Range && ['start', 'stop', 'step'].includes(name))
    return value[name as 'start' | 'stop' | 'step'];
  return typeof value === 'number' ? floatAttribute(value, name) : integerAttribute(value, name);
}

function method<T>(
  methods: Readonly<Record<string, Method<T>>>,
  name: string,
  value: T,
): Value | undefined {
  if (!Object.hasOwn(methods, name)) return undefined;
  return new Callable(name, (runtime, given) => methods[name]!(runtime, value, given));
}

function floatAttribute(value: number, name: string): Value | undefined {
  if (name !== 'is_integer') return undefined;
  return new Callable(name, (_, given) => {
    bindPlaces(name, [0, 0], given);
    return Number.isInteger(value);
  });
}

function integerAttribute(value: Value, name: string): Value | undefined {
  if (typeof value !== 'bigint' && typeof value !== 'boolean') return undefined;
  const number = BigInt(value);
  switch (name) {
    case 'bit_length':
      return new Callable(name, (_, given) => {
        bindPlaces(name, [0, 0], given);
        return BigInt(bitLength(number));
      });
    case 'real':
    case 'numerator':
      return number;
    case 'imag':
      return 0n;
    case 'denominator':
      return 1n;
    default:
      return undefined;
  }
}

/** Python's `dict(…)`. */
export function makeDict(runtime: Runtime, { positional, named }: Arguments): Dict {
  if (positional.length > 1)
    throw failed(`dict expected at most 1 argument, got ${positional.length}`);
  const dict = new Dict();
  const [source] = positional;
  if (source instanceof Dict) for (const [key, value] of source.entries()) dict.set(key, value);
  else if (source !== undefined)
    for (const pair of toList(runtime, source)) {
      const [key, value, ...more] = toList(runtime, pair);
      if (key === undefined || value === undefined || more.length > 0)
        throw failed(
          `dictionary update sequence element has length ${length(pair)}; 2 is required`,
        );
      dict.set(key, value);
    }
  for (const [name, value] of named) dict.set(name, value);
  return dict;
}

/** The sandbox's `range`. */
export function makeRange({ positional, named }: Arguments): Range {
  const mostItems = 100_000;
  const numbers = bindPlaces('range', [1, 3], { positional, named }).map((value) => {
    if (typeof value === 'boolean') return BigInt(value);
    if (typeof value === 'bigint') return value;
    throw failed('range() takes integers only');
  });
  const [first, second, step = 1n] = numbers as [bigint, bigint?, bigint?];
  if (step === 0n) throw failed('range() arg 3 must not be zero');
  const range = second === undefined ? new Range(0n, first, 1n) : new Range(first, second, step);
  if (range.length > mostItems)
    throw failed(`Range too big. The sandbox blocks ranges larger than MAX_RANGE (${mostItems}).`);
  return range;
}

/** Goes through a sequence backwards, as Python's `reversed`. */
export function reversed(runtime: Runtime, value: Value): Once | undefined {
  const isReversible =
    Array.isArray(value) ||
    value instanceof Tuple ||
    value instanceof Dict ||
    value instanceof DictView ||
    value instanceof Range;
  return isReversible
    ? new Once(toList(runtime, value).reverse(), 'list_reverseiterator')
    : undefined;
}
