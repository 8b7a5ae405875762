import { JinjaError, unsupported } from '../error.ts';
import type {
  Expression,
  Load,
  MacroBody,
  Scope,
  Statement,
  Target,
  TemplateTree,
} from '../parse/ast.ts';
import { readsFree } from './free-names.ts';
import { childrenOf, setsName, targetNames } from './tree-walk.ts';

/**
 * Finds which names each scope has of its own, and what each is when the scope is entered. Jinja2 decides
 * that before it renders: a name that is set anywhere in a scope belongs to it from its start.
 */
export function analyzeScopes(tree: TemplateTree): void {
  if (readsFree(tree.body, 'self')) throw unsupported('the name "self"');
  const names = new Names(undefined);
  visitAll(names, tree.body);
  store(tree.scope, names);
}

/** Names met in a scope so far; a branch of an `if` holds those that it adds to the names before it. */
class Names {
  readonly outer: Names | undefined;
  readonly before: Names | undefined;
  readonly loads = new Map<string, Load>();
  readonly stores = new Set<string>();

  constructor(outer: Names | undefined, before?: Names) {
    this.outer = outer;
    this.before = before;
  }

  has(name: string): boolean {
    return this.knows(name) || this.outer?.has(name) === true;
  }

  load(name: string): void {
    if (!this.has(name)) this.loads.set(name, 'context');
  }

  set(name: string): void {
    this.stores.add(name);
    if (!this.knows(name)) this.loads.set(name, this.outer?.has(name) ? 'outer' : 'nothing');
  }

  parameter(name: string): void {
    this.stores.add(name);
    this.loads.set(name, 'parameter');
  }

  branch(): Names {
    return new Names(this.outer, this);
  }

  /** Takes over what branches met; a name that only branches set is as it was before them. */
  merge(branches: readonly Names[]): void {
    const added = new Set<string>();
    for (const branch of branches)
      for (const name of branch.stores) if (!this.sets(name)) added.add(name);
    for (const branch of branches) {
      for (const [name, load] of branch.loads) this.loads.set(name, load);
      for (const name of branch.stores) this.stores.add(name);
    }
    for (const name of added) this.loads.set(name, this.outer?.has(name) ? 'outer' : 'context');
  }

  /** Whether this scope has the name, not only one around it. */
  knows(name: string): boolean {
    return this.loads.has(name) || this.before?.knows(name) === true;
  }

  sets(name: string): boolean {
    return this.stores.has(name) || this.before?.sets(name) === true;
  }
}

function store(scope: Scope, names: Names): void {
  scope.loads = names.loads;
}

/** The statements that open scopes are gone into only once all names around them are known. */
function visitAll(names: Names, body: readonly Statement[]): void {
  const inner: Later = [];
  for (const statement of body) visit(names, statement, inner);
  for (const later of inner) later(names);
}

type Later = ((around: Names) => void)[];

function visit(names: Names, statement: Statement, inner: Later): void {
  const load = (expression: Expression | undefined): void => visitExpression(names, expression);
  switch (statement.kind) {
    case 'text':
    case 'break':
    case 'continue':
      return;
    case 'print':
      load(statement.value);
      return;
    case 'set':
      load(statement.value);
      visitTarget(names, statement.target, 'set');
      return;
    case 'if': {
      // An `elif` is a branch like the others, test included.
      load(statement.test);
      const branches = [names.branch(), names.branch(), names.branch()] as const;
      for (const item of statement.body) visit(branches[0], item, inner);
      for (const other of statement.others) visitElif(branches[1], other, inner);
      for (const item of statement.otherwise) visit(branches[2], item, inner);
      names.merge(branches);
      return;
    }
    case 'capture':
      visitTarget(names, statement.target, 'set');
      inner.push((around) =>
        openScope(statement.scope, around, (own) => {
          visitAll(own, statement.body);
          if (statement.filter !== undefined) visitExpression(own, statement.filter);
        }),
      );
      return;
    case 'filterBlock':
      load(statement.filter);
      inner.push((around) =>
        openScope(statement.scope, around, (own) => {
          visitAll(own, statement.body);
          visitExpression(own, statement.filter);
        }),
      );
      return;
    case 'with':
      for (const value of statement.values) load(value);
      inner.push((around) =>
        openScope(statement.scope, around, (own) => {
          for (const target of statement.targets) visitTarget(own, target, 'parameter');
          visitAll(own, statement.body);
        }),
      );
      return;
    case 'generation':
      inner.push((around) =>
        openScope(statement.scope, around, (own) => visitAll(own, statement.body)),
      );
      return;
    case 'macro':
      names.set(statement.name);
      inner.push((around) => openMacro(around, statement.macro, statement.line));
      return;
    case 'callBlock':
      load(statement.call);
      inner.push((around) => openMacro(around, statement.macro, statement.line));
      return;
    case 'for':
      load(statement.items);
      inner.push((around) => openLoop(around, statement));
  }
}

function visitElif(
  names: Names,
  other: { test: Expression; body: Statement[] },
  inner: Later,
): void {
  visitExpression(names, other.test);
  const branch = names.branch();
  for (const item of other.body) visit(branch, item, inner);
  names.merge([branch]);
}

function openScope(scope: Scope, outer: Names, fill: (own: Names) => void): void {
  const own = new Names(outer);
  fill(own);
  store(scope, own);
}

function openLoop(names: Names, statement: Statement & { kind: 'for' }): void {
  const { target, test, body, otherwise, scopes, line } = statement;
  if (targetNames(target).includes('loop') || setsName([...body, ...otherwise], 'loop'))
    throw new JinjaError(
      'syntax',
      "Can't assign to special loop variable in for-loop target",
      line,
    );
  openScope(scopes.body, names, (own) => {
    if (statement.isRecursive || readsFree(body, 'loop')) own.parameter('loop');
    visitTarget(own, target, 'parameter');
    visitAll(own, body);
  });
  openScope(scopes.test, names, (own) => {
    visitTarget(own, target, 'parameter');
    visitExpression(own, test);
  });
  openScope(scopes.otherwise, names, (own) => visitAll(own, otherwise));
}

function openMacro(names: Names, macro: MacroBody, line: number): void {
  for (const name of ['caller', 'varargs', 'kwargs'] as const)
    macro.reads[name] = readsFree(macro.body, name);
  openScope(macro.scope, names, (own) => {
    for (const { name } of macro.parameters) own.parameter(name);
    for (const { otherwise } of macro.parameters) visitExpression(own, otherwise);
    const caller = macro.parameters.find(({ name }) => name === 'caller');
    if (macro.reads.caller && caller !== undefined && caller.otherwise === undefined)
      throw new JinjaError(
        'syntax',
        'the special "caller" argument must be omitted or be given a default',
        line,
      );
    for (const name of ['caller', 'varargs', 'kwargs'] as const) {
      const isOwn = macro.parameters.some((parameter) => parameter.name === name);
      if (isOwn) macro.reads[name] = false;
      else if (macro.reads[name]) own.parameter(name);
    }
    visitAll(own, macro.body);
  });
}

function visitTarget(names: Names, target: Target, as: 'set' | 'parameter'): void {
  if (target.kind === 'targets') for (const item of target.items) visitTarget(names, item, as);
  else if (target.kind === 'reference') names.load(target.name);
  else names[as](target.name);
}

function visitExpression(names: Names, expression: Expression | undefined): void {
  if (expression === undefined) return;
  if (expression.kind === 'name') names.load(expression.name);
  for (const child of childrenOf(expression)) visitExpression(names, child);
}
