import { unsupported } from '../error.ts';
import { binary } from '../operators/arithmetic.ts';
import { toText } from '../text/print.ts';
import { textQuestions } from '../text/text-case.ts';
import { type Arguments, bind } from '../value/arguments.ts';
import { Callable } from '../value/callable.ts';
import { asNumber, asString, isEqual, isOrdered, type OrderOperator } from '../value/compare.ts';
import type { Runtime } from '../value/runtime.ts';
import { contains, isIterable, optionalLength } from '../value/sequence.ts';
import { Undecided } from '../value/unknown-texts.ts';
import {
  Dict,
  DictView,
  Markup,
  Range,
  Said,
  Tuple,
  typeOf,
  Undefined,
  type Value,
} from '../value/value.ts';
import { filters, refusedFilters } from './filters.ts';

/** A test as `is` applies it; the value is the first of its arguments. */
export type Test = (runtime: Runtime, given: Arguments) => boolean;

const ofValue = (name: string, test: (value: Value) => boolean): readonly [string, Test] => [
  name,
  (_, given) => test(bind(name, ['value'], given)[0]!),
];

const comparing = (test: (left: Value, right: Value) => boolean, ...names: string[]) =>
  names.map((name): readonly [string, Test] => [
    name,
    (_, given) => test(...(bind(name, ['a', 'b'], given) as [Value, Value])),
  ]);

const ordering = (operator: OrderOperator, ...names: string[]) =>
  comparing((left, right) => isOrdered(left, operator, right), operator, ...names);

/** Whether `value % by` is what is wanted. */
const leaving = (runtime: Runtime, value: Value, by: Value, rest: bigint): boolean =>
  isEqual(binary(runtime, '%', [value, by]), rest);

/** All tests by name. */
export const tests: ReadonlyMap<string, Test> = new Map<string, Test>([
  ['odd', (runtime, given) => leaving(runtime, bind('odd', ['value'], given)[0]!, 2n, 1n)],
  ['even', (runtime, given) => leaving(runtime, bind('even', ['value'], given)[0]!, 2n, 0n)],
  [
    'divisibleby',
    (runtime, given) => {
      const [value, by] = bind('divisibleby', ['value', 'num'], given) as [Value, Value];
      return leaving(runtime, value, by, 0n);
    },
  ],
  ofValue('defined', (value) => !(value instanceof Undefined)),
  ofValue('undefined', (value) => value instanceof Undefined),
  ofValue('none', (value) => value === null),
  ofValue('boolean', (value) => typeof value === 'boolean'),
  ofValue('false', (value) => value === false),
  ofValue('true', (value) => value === true),
  ofValue('integer', (value) => typeof value === 'bigint'),
  ofValue('float', (value) => typeof value === 'number'),
  ofValue('number', (value) => asNumber(value) !== undefined),
  ofValue('string', (value) => asString(value) !== undefined),
  ofValue('mapping', (value) => value instanceof Dict),
  ofValue('sequence', isSequence),
  ofValue('iterable', isIterable),
  ofValue('callable', isCallable),
  ofValue('escaped', (value) => value instanceof Markup),
  ofValue('lower', (value) => textQuestions.islower!(toText(value))),
  ofValue('upper', (value) => textQuestions.isupper!(toText(value))),
  ofValue('filter', (value) => filters.has(toText(value)) || refusedFilters.has(toText(value))),
  ofValue('test', (value) => tests.has(toText(value))),
  ...comparing(isSame, 'sameas'),
  [
    'in',
    (runtime, given) => {
      const [value, container] = bind('in', ['value', 'seq'], given) as [Value, Value];
      return contains(runtime, container, value);
    },
  ],
  ...comparing(isEqual, '==', 'eq', 'equalto'),
  ...comparing((left, right) => !isEqual(left, right), '!=', 'ne'),
  ...ordering('>', 'gt', 'greaterthan'),
  ...ordering('>=', 'ge'),
  ...ordering('<', 'lt', 'lessthan'),
  ...ordering('<=', 'le'),
]);

function isSequence(value: Value): boolean {
  if (value instanceof DictView) return false;
  const isIndexed =
    Array.isArray(value) ||
    asString(value) !== undefined ||
    value instanceof Tuple ||
    value instanceof Dict ||
    value instanceof Range ||
    value instanceof Undefined;
  return isIndexed && optionalLength(value) !== undefined;
}

function isCallable(value: Value): boolean {
  return (
    value instanceof Callable ||
    value instanceof Undefined ||
    typeOf(value) === 'LoopContext' ||
    typeOf(value) === 'Joiner'
  );
}

/** Python's `is`, where it does not depend on which objects the interpreter happens to share. */
function isSame(left: Value, right: Value): boolean {
  if (typeof left !== typeof right) return false;
  if (left instanceof Said && right instanceof Said) throw new Undecided('"sameas"');
  if (typeof left === 'bigint') {
    if (left !== right) return false;
    if (left >= -5n && left <= 256n) return true;
    throw unsupported('"sameas" of equal numbers above 256');
  }
  if ((typeof left === 'string' || typeof left === 'number') && left === right)
    throw unsupported(`"sameas" of two equal values of type ${typeOf(left)}`);
  return left === right;
}
