import { checkAttributeName } from '../builtins/globals.ts';
import { failed, JinjaError } from '../error.ts';
import type { FilterExpression, Scope, Statement, Target } from '../parse/ast.ts';
import { asString } from '../value/compare.ts';
import type { Rendering } from '../value/rendering.ts';
import { isTruthy, iterate, optionalLength, toList } from '../value/sequence.ts';
import { Namespace, Said, typeOf, Undefined, type Value } from '../value/value.ts';
import { call, evaluate, evaluateArguments } from './evaluate.ts';
import { Frame } from './frame.ts';
import { Loop } from './loop.ts';
import { createMacro } from './macro.ts';
import { Output } from './output.ts';

/** How a list of statements ended before its end. */
export type Signal = 'break' | 'continue' | undefined;

type For = Statement & { kind: 'for' };
type Place = { rendering: Rendering; frame: Frame; output: Output };

/** Runs statements in order, until a loop is to be left. */
export function execute(place: Place, statements: readonly Statement[]): Signal {
  for (const statement of statements) {
    try {
      const signal = executeOne(place, statement);
      if (signal !== undefined) return signal;
    } catch (error) {
      throw located(error, statement.line);
    }
  }
  return undefined;
}

/** Says where a template failed; its own complaints stay as they are. */
function located(error: unknown, line: number): unknown {
  if (!(error instanceof JinjaError) || error.line !== undefined || error.kind === 'raised')
    return error;
  return new JinjaError(error.kind, error.message, line);
}

function executeOne(place: Place, statement: Statement): Signal {
  const { rendering, frame, output } = place;
  const { runtime } = rendering;
  runtime.budget.spend(1);
  switch (statement.kind) {
    case 'text':
      output.write(statement.text);
      return undefined;
    case 'print':
      output.print(evaluate(runtime, frame, statement.value));
      return undefined;
    case 'if':
      return executeIf(place, statement);
    case 'for':
      return executeFor(place, statement);
    case 'set':
      checkReferences(frame, statement.target);
      assign(place, statement.target, evaluate(runtime, frame, statement.value));
      return undefined;
    case 'capture':
      return capture(place, statement);
    case 'with': {
      const values = statement.values.map((value) => evaluate(runtime, frame, value));
      const inner = enter(place, statement.scope);
      statement.targets.forEach((target, i) => {
        assign(inner, target, values[i]!);
      });
      return execute(inner, statement.body);
    }
    case 'macro': {
      const { name, macro } = statement;
      frame.set(name, createMacro({ name, macro, frame, rendering, run: runMacro }));
      return undefined;
    }
    case 'callBlock': {
      const { macro } = statement;
      const caller = createMacro({ name: 'caller', macro, frame, rendering, run: runMacro });
      const callee = evaluate(runtime, frame, statement.call.callee);
      const { positional, named } = evaluateArguments(runtime, frame, statement.call.given);
      if (named.has('caller')) throw failed("got multiple values for keyword argument 'caller'");
      const given = { positional, named: new Map([...named, ['caller', caller]]) };
      output.print(printed(call(runtime, callee, given)));
      return undefined;
    }
    case 'filterBlock': {
      const inner = { ...enter(place, statement.scope), output: new Output(runtime.budget) };
      const signal = execute(inner, statement.body);
      if (signal === undefined) output.print(printed(filtered(inner, statement.filter)));
      return signal;
    }
    case 'generation': {
      const { marks, tagged } = rendering;
      tagged.begin(output);
      output.write(marks?.open ?? '');
      execute(enter(place, statement.scope), statement.body);
      output.write(marks?.close ?? '');
      tagged.end();
      return undefined;
    }
    case 'break':
    case 'continue':
      return statement.kind;
  }
}

function runMacro(rendering: Rendering, frame: Frame, body: readonly Statement[]): Value {
  const { budget } = rendering.runtime;
  return budget.nested(() => {
    const output = new Output(budget);
    execute({ rendering, frame, output }, body);
    return output.value();
  });
}

/** What a block leaves to be printed, which must be text already. */
function printed(value: Value): Value {
  if (!(value instanceof Said) && asString(value) === undefined)
    throw failed(`a block printed ${typeOf(value)}, not text`);
  return value;
}

function enter(place: Place, scope: Scope): Place {
  return { ...place, frame: new Frame(scope, place.frame, place.rendering.context) };
}

function executeIf(place: Place, statement: Statement & { kind: 'if' }): Signal {
  const { rendering, frame } = place;
  for (const { test, body } of [statement, ...statement.others])
    if (isTruthy(evaluate(rendering.runtime, frame, test))) return execute(place, body);
  return execute(place, statement.otherwise);
}

/** The text that a block printed, with the filters that stand in its tag. */
function filtered({ rendering, frame, output }: Place, filter: FilterExpression): Value {
  const { runtime } = rendering;
  const { value } = filter;
  const input =
    value === undefined
      ? output.value()
      : filtered({ rendering, frame, output }, value as FilterExpression);
  const given = evaluateArguments(runtime, frame, filter.given, [input]);
  return runtime.filter(filter.name, given);
}

function capture(place: Place, statement: Statement & { kind: 'capture' }): Signal {
  const { budget } = place.rendering.runtime;
  const inner = { ...enter(place, statement.scope), output: new Output(budget) };
  const signal = execute(inner, statement.body);
  if (signal !== undefined) return signal;
  const { filter } = statement;
  const value = filter === undefined ? inner.output.value() : filtered(inner, filter);
  checkReferences(place.frame, statement.target);
  assign(place, statement.target, value);
  return undefined;
}

function executeFor(place: Place, statement: For): Signal {
  const items = evaluate(place.rendering.runtime, place.frame, statement.items);
  if (!statement.isRecursive) return loopOver(place, statement, items, 0);
  place.output.print(recursively(place, statement, items, 0));
  return undefined;
}

function recursively(place: Place, statement: For, items: Value, depth0: number): Value {
  const { budget } = place.rendering.runtime;
  return budget.nested(() => {
    const output = new Output(budget);
    loopOver({ ...place, output }, statement, items, depth0);
    return output.value();
  });
}

function loopOver(place: Place, statement: For, items: Value, depth0: number): Signal {
  const { runtime } = place.rendering;
  const { test, scopes } = statement;
  const loop = new Loop(
    test === undefined ? iterate(runtime, items) : chosen(place, statement, items),
    {
      length: test === undefined ? optionalLength(items) : undefined,
      depth0,
      recurse: statement.isRecursive
        ? (inner, depth) => recursively(place, statement, inner, depth)
        : undefined,
    },
  );
  // As in Jinja2, an item whose turn was cut short does not count: with no other, the `else` is run.
  let isEmpty = true;
  for (let item = loop.next(); item !== undefined; item = loop.next()) {
    const inner = enter(place, scopes.body);
    if (scopes.body.loads.has('loop')) setLoop(inner.frame, scopes.body, loop);
    assign(inner, statement.target, item);
    const signal = execute(inner, statement.body);
    if (signal === 'break') break;
    if (signal === undefined) isEmpty = false;
  }
  return isEmpty ? execute(enter(place, scopes.otherwise), statement.otherwise) : undefined;
}

/** Only a loop that reads it has a `loop` of its own; others see that of the loop around them. */
function setLoop(frame: Frame, scope: Scope, loop: Loop): void {
  if (scope.loads.get('loop') === 'parameter') frame.set('loop', loop);
}

function* chosen(place: Place, statement: For, items: Value): Iterable<Value> {
  const { runtime } = place.rendering;
  for (const item of iterate(runtime, items)) {
    const inner = enter(place, statement.scopes.test);
    assign(inner, statement.target, item);
    if (isTruthy(evaluate(runtime, inner.frame, statement.test!))) yield item;
  }
}

/** Throws where a target would set an attribute of something that is no namespace. */
function checkReferences(frame: Frame, target: Target): void {
  if (target.kind === 'targets') for (const item of target.items) checkReferences(frame, item);
  if (target.kind === 'reference' && !(frame.get(target.name) instanceof Namespace))
    throw failed('cannot assign attribute on non-namespace object');
}

function assign(place: Place, target: Target, value: Value): void {
  const { frame, rendering } = place;
  if (target.kind === 'name') frame.set(target.name, value);
  else if (target.kind === 'reference') {
    const namespace = frame.get(target.name) as Namespace;
    checkAttributeName(target.attribute);
    namespace.attributes.set(target.attribute, value);
  } else {
    if (value instanceof Undefined && target.items.length > 0)
      throw failed(`not enough values to unpack (${value.problem})`);
    const items = toList(rendering.runtime, value);
    if (items.length !== target.items.length)
      throw failed(`${items.length} values for ${target.items.length} names`);
    target.items.forEach((item, i) => {
      assign(place, item, items[i]!);
    });
  }
}
