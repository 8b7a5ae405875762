import type { CallArguments, Expression, Statement, Target } from '../parse/ast.ts';

/** The lists of statements directly within a statement. */
export function bodiesOf(statement: Statement): Statement[][] {
  switch (statement.kind) {
    case 'if':
      return [statement.body, ...statement.others.map(({ body }) => body), statement.otherwise];
    case 'for':
      return [statement.body, statement.otherwise];
    case 'macro':
    case 'callBlock':
      return [statement.macro.body];
    case 'capture':
    case 'with':
    case 'filterBlock':
    case 'generation':
      return [statement.body];
    default:
      return [];
  }
}

/** Whether any of the statements, or any within them, sets the name. */
export function setsName(body: readonly Statement[], name: string): boolean {
  return body.some((statement) => {
    const isTarget = 'target' in statement && setsPlainly(statement.target, name);
    return isTarget || bodiesOf(statement).some((inner) => setsName(inner, name));
  });
}

function setsPlainly(target: Target, name: string): boolean {
  if (target.kind === 'targets') return target.items.some((item) => setsPlainly(item, name));
  return target.kind === 'name' && target.name === name;
}

/** All names that a target sets. */
export function targetNames(target: Target): string[] {
  return target.kind === 'targets' ? target.items.flatMap(targetNames) : [target.name];
}

function ofArguments({
  positional,
  named,
  rest,
  namedRest,
}: CallArguments): (Expression | undefined)[] {
  return [...positional, ...named.map(({ value }) => value), rest, namedRest];
}

/** The expressions directly within an expression, in the order in which Jinja2 meets them. */
export function childrenOf(expression: Expression): (Expression | undefined)[] {
  switch (expression.kind) {
    case 'constant':
    case 'name':
      return [];
    case 'tuple':
    case 'list':
      return expression.items;
    case 'dict':
      return expression.entries.flat();
    case 'attribute':
    case 'unary':
      return [expression.value];
    case 'item':
      return [expression.value, expression.key];
    case 'slice':
      return [expression.value, ...expression.bounds];
    case 'call':
      return [expression.callee, ...ofArguments(expression.given)];
    case 'filter':
    case 'test':
      return [expression.value, ...ofArguments(expression.given)];
    case 'binary':
    case 'logic':
      return [expression.left, expression.right];
    case 'concat':
      return expression.parts;
    case 'compare':
      return [expression.first, ...expression.rest.map(([, side]) => side)];
    case 'choice':
      return [expression.test, expression.value, expression.otherwise];
  }
}
