import type { Expression, MacroBody, Statement, Target } from '../parse/ast.ts';
import { childrenOf } from './tree-walk.ts';

/**
 * Whether statements read a name before they set it, in the order in which Jinja2 looks: it decides so
 * whether a loop has its `loop` and a macro its `caller`, `varargs` and `kwargs`.
 */
export function readsFree(body: readonly Statement[], name: string): boolean {
  return ofStatements(body, name) === 'read';
}

/** What comes first: the name is read, or it is set and so is no longer free. */
type First = 'read' | 'set' | undefined;

function ofStatements(body: readonly Statement[], name: string): First {
  return firstOf(body, (statement) => ofStatement(statement, name));
}

function firstOf<T>(items: readonly T[], look: (item: T) => First): First {
  for (const item of items) {
    const found = look(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

function ofStatement(statement: Statement, name: string): First {
  const reads = (...expressions: (Expression | undefined)[]): First =>
    firstOf(expressions, (expression) => ofExpression(expression, name));
  const within = (body: readonly Statement[]): First => ofStatements(body, name);
  switch (statement.kind) {
    case 'text':
    case 'break':
    case 'continue':
      return undefined;
    case 'print':
      return reads(statement.value);
    case 'set':
      return ofTarget(statement.target, name) ?? reads(statement.value);
    case 'if':
      return (
        reads(statement.test) ??
        within(statement.body) ??
        firstOf(statement.others, ({ test, body }) => reads(test) ?? within(body)) ??
        within(statement.otherwise)
      );
    case 'for':
      return (
        ofTarget(statement.target, name) ??
        reads(statement.items) ??
        within(statement.body) ??
        within(statement.otherwise) ??
        reads(statement.test)
      );
    case 'capture':
      return ofTarget(statement.target, name) ?? reads(statement.filter) ?? within(statement.body);
    case 'filterBlock':
      return within(statement.body) ?? reads(statement.filter);
    case 'with':
      return (
        firstOf(statement.targets, (target) => ofTarget(target, name)) ??
        reads(...statement.values) ??
        within(statement.body)
      );
    case 'generation':
      return within(statement.body);
    case 'macro':
      return ofMacro(statement.macro, name);
    case 'callBlock':
      return reads(statement.call) ?? ofMacro(statement.macro, name);
  }
}

function ofMacro({ parameters, body }: MacroBody, name: string): First {
  if (parameters.some((parameter) => parameter.name === name)) return 'set';
  return (
    firstOf(parameters, ({ otherwise }) => ofExpression(otherwise, name)) ??
    ofStatements(body, name)
  );
}

function ofTarget(target: Target, name: string): First {
  if (target.kind === 'targets') return firstOf(target.items, (item) => ofTarget(item, name));
  return target.kind === 'name' && target.name === name ? 'set' : undefined;
}

function ofExpression(expression: Expression | undefined, name: string): First {
  if (expression === undefined) return undefined;
  if (expression.kind === 'name') return expression.name === name ? 'read' : undefined;
  return firstOf(childrenOf(expression), (child) => ofExpression(child, name));
}
