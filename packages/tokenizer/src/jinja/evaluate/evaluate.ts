import { failed } from '../error.ts';
import { binary, unary } from '../operators/arithmetic.ts';
import { getAttribute, getItem } from '../operators/attributes.ts';
import type { CallArguments, CompareOperator, Expression } from '../parse/ast.ts';
import { toText } from '../text/print.ts';
import { joinTexts } from '../text/text-methods.ts';
import type { Arguments } from '../value/arguments.ts';
import { AttributeObject, Callable } from '../value/callable.ts';
import { isEqual, isOrdered } from '../value/compare.ts';
import type { Runtime } from '../value/runtime.ts';
import { saidJoined } from '../value/said.ts';
import { contains, isTruthy, iterate, slice } from '../value/sequence.ts';
import { Dict, Said, Tuple, typeOf, Undefined, type Value } from '../value/value.ts';
import type { Frame } from './frame.ts';

/** The value of an expression. */
export function evaluate(runtime: Runtime, frame: Frame, expression: Expression): Value {
  runtime.budget.spend(1);
  // What templates are mostly made of, without a function of its own for each.
  switch (expression.kind) {
    case 'constant':
      return expression.value;
    case 'name': {
      const found = frame.get(expression.name);
      return found === undefined ? new Undefined(`'${expression.name}' is undefined`) : found;
    }
    case 'attribute':
      return getAttribute(evaluate(runtime, frame, expression.value), expression.name);
    case 'item': {
      const owner = evaluate(runtime, frame, expression.value);
      return getItem(owner, evaluate(runtime, frame, expression.key));
    }
    case 'binary': {
      const left = evaluate(runtime, frame, expression.left);
      const right = evaluate(runtime, frame, expression.right);
      return binary(runtime, expression.operator, [left, right]);
    }
    case 'compare':
      return compareChain(runtime, frame, expression);
    default:
      return evaluateOther(runtime, frame, expression);
  }
}

type Other = Exclude<
  Expression,
  { readonly kind: 'constant' | 'name' | 'attribute' | 'item' | 'binary' | 'compare' }
>;

function evaluateOther(runtime: Runtime, frame: Frame, expression: Other): Value {
  const value = (inner: Expression): Value => evaluate(runtime, frame, inner);
  switch (expression.kind) {
    case 'tuple':
      return new Tuple(expression.items.map(value));
    case 'list':
      return expression.items.map(value);
    case 'dict':
      return new Dict(
        expression.entries.map(([key, inner]) => [value(key), value(inner)] as const),
      );
    case 'slice': {
      const sliced = value(expression.value);
      const [start, stop, step] = expression.bounds.map((bound) =>
        bound === undefined ? null : value(bound),
      ) as [Value, Value, Value];
      return slice(runtime, sliced, [start, stop, step]);
    }
    case 'call': {
      const callee = value(expression.callee);
      return call(runtime, callee, evaluateArguments(runtime, frame, expression.given));
    }
    case 'filter': {
      if (expression.value === undefined) throw failed('a filter without a value');
      const input = value(expression.value);
      const given = evaluateArguments(runtime, frame, expression.given, [input]);
      return runtime.filter(expression.name, given);
    }
    case 'test': {
      const input = value(expression.value);
      const given = evaluateArguments(runtime, frame, expression.given, [input]);
      return runtime.test(expression.name, given);
    }
    case 'unary':
      if (expression.operator === 'not') return !isTruthy(value(expression.value));
      return unary(expression.operator, value(expression.value));
    case 'logic': {
      const left = value(expression.left);
      return isTruthy(left) === (expression.operator === 'or') ? left : value(expression.right);
    }
    case 'concat': {
      const parts = expression.parts.map(value);
      const texts = parts.map((part) => (part instanceof Said ? part : toText(part)));
      if (texts.some((text) => text instanceof Said)) return saidJoined(texts);
      return joinTexts(runtime, '', texts as string[]);
    }
    case 'choice':
      if (isTruthy(value(expression.test))) return value(expression.value);
      if (expression.otherwise !== undefined) return value(expression.otherwise);
      return new Undefined(
        'the inline if-expression evaluated to false and no else section was defined.',
      );
  }
}

function compareChain(
  runtime: Runtime,
  frame: Frame,
  { first, rest }: Expression & { kind: 'compare' },
): boolean {
  let left = evaluate(runtime, frame, first);
  for (const [operator, side] of rest) {
    const right = evaluate(runtime, frame, side);
    if (!compare(runtime, operator, [left, right])) return false;
    left = right;
  }
  return true;
}

function compare(
  runtime: Runtime,
  operator: CompareOperator,
  [left, right]: readonly [Value, Value],
): boolean {
  switch (operator) {
    case '==':
      return isEqual(left, right);
    case '!=':
      return !isEqual(left, right);
    case 'in':
      return contains(runtime, right, left);
    case 'not in':
      return !contains(runtime, right, left);
    default:
      return isOrdered(left, operator, right);
  }
}

/** The values of arguments, after those that stand before them. */
export function evaluateArguments(
  runtime: Runtime,
  frame: Frame,
  given: CallArguments,
  before: readonly Value[] = [],
): Arguments {
  const value = (inner: Expression): Value => evaluate(runtime, frame, inner);
  const positional = [...before, ...given.positional.map(value)];
  const named = new Map<string, Value>();
  for (const { name, value: inner } of given.named) named.set(name, value(inner));
  if (given.rest !== undefined) positional.push(...iterate(runtime, value(given.rest)));
  if (given.namedRest !== undefined) {
    const more = value(given.namedRest);
    if (!(more instanceof Dict)) throw failed('argument after ** must be a mapping');
    for (const [name, inner] of more.entries()) {
      if (typeof name !== 'string') throw failed('keywords must be strings');
      if (named.has(name)) throw failed(`got multiple values for keyword argument '${name}'`);
      named.set(name, inner);
    }
  }
  return { positional, named };
}

/** Calls what can be called. */
export function call(runtime: Runtime, callee: Value, given: Arguments): Value {
  if (callee instanceof Callable) return callee.call(runtime, given);
  if (callee instanceof AttributeObject && callee.call !== undefined)
    return callee.call(runtime, given);
  if (callee instanceof Undefined) throw failed(callee.problem);
  throw failed(`'${typeOf(callee)}' object is not callable`);
}
