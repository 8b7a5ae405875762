import { filters, refusedFilters } from '../builtins/filters.ts';
import { tests } from '../builtins/tests.ts';
import { JinjaError, unsupported } from '../error.ts';
import type { Expression, Statement } from '../parse/ast.ts';
import { bodiesOf, childrenOf } from './tree-walk.ts';

/**
 * Throws for filters and tests that there are not. Those within an `if` are looked up only when they are
 * reached, as in Jinja2, so that a template can avoid them.
 */
export function checkNames(body: readonly Statement[], isConditional = false): void {
  for (const statement of body) checkStatement(statement, isConditional);
}

function checkStatement(statement: Statement, isConditional: boolean): void {
  const isIf = statement.kind === 'if';
  for (const expression of expressionsOf(statement))
    checkExpression(expression, isConditional || isIf);
  for (const expression of innerExpressionsOf(statement)) checkExpression(expression, false);
  // A scope of its own within an `if` is looked through at once again.
  for (const body of bodiesOf(statement)) checkNames(body, isIf);
}

/** The expressions of a statement that belong to the scope around it. */
function expressionsOf(statement: Statement): (Expression | undefined)[] {
  switch (statement.kind) {
    case 'print':
    case 'set':
      return [statement.value];
    case 'if':
      return [statement.test, ...statement.others.map(({ test }) => test)];
    case 'for':
      return [statement.items];
    case 'with':
      return statement.values;
    case 'callBlock':
      return [statement.call];
    default:
      return [];
  }
}

function innerExpressionsOf(statement: Statement): (Expression | undefined)[] {
  switch (statement.kind) {
    case 'for':
      return [statement.test];
    case 'capture':
    case 'filterBlock':
      return [statement.filter];
    case 'macro':
    case 'callBlock':
      return statement.macro.parameters.map(({ otherwise }) => otherwise);
    default:
      return [];
  }
}

function checkExpression(expression: Expression | undefined, isConditional: boolean): void {
  if (expression === undefined) return;
  if (!isConditional) checkOne(expression);
  const isInner = isConditional || expression.kind === 'choice';
  for (const child of childrenOf(expression)) checkExpression(child, isInner);
}

function checkOne(expression: Expression): void {
  const { kind, line } = expression;
  if (kind === 'filter' && !filters.has(expression.name)) throw noFilter(expression.name, line);
  if (kind === 'test' && !tests.has(expression.name))
    throw new JinjaError('syntax', `there is no test "${expression.name}"`, line);
}

/** What is said of a filter that is not there. */
export function noFilter(name: string, line?: number): JinjaError {
  if (refusedFilters.has(name)) return unsupported(`the filter "${name}"`, line);
  return new JinjaError('syntax', `there is no filter "${name}"`, line);
}
