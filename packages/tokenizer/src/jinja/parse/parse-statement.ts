import type {
  Call,
  Expression,
  FilterExpression,
  MacroBody,
  Scope,
  Signature,
  Statement,
  Target,
  TemplateTree,
} from './ast.ts';
import { tokenize } from './lexer.ts';
import {
  isTupleEnd,
  parseExpression,
  parseFilter,
  parsePrimary,
  parseTuple,
} from './parse-expression.ts';
import { TokenStream } from './token-stream.ts';

/** Tags of Jinja2 that load other templates, or need settings that chat templates do not have. */
const refusedTags: ReadonlySet<string> = new Set([
  'autoescape',
  'block',
  'extends',
  'from',
  'import',
  'include',
]);

/** Reads a template into a tree; scopes are still empty. */
export function parseTemplate(source: string): TemplateTree {
  const parser = new Parser(new TokenStream(tokenize(source)));
  const body = parser.statements([]);
  return { body, scope: newScope(), hasGenerationTags: parser.hasGenerationTags };
}

function newScope(): Scope {
  return { loads: new Map() };
}

class Parser {
  readonly #stream: TokenStream;
  hasGenerationTags = false;
  /** Loops around the statement that `break` can end; a macro or a block of its own stands between. */
  #loops = 0;

  constructor(stream: TokenStream) {
    this.#stream = stream;
  }

  /** Statements up to one of the end tags, which is left current; without end tags, up to the end. */
  statements(ends: readonly string[]): Statement[] {
    const stream = this.#stream;
    const body: Statement[] = [];
    for (;;) {
      const { kind, text, line } = stream.current;
      if (kind === 'text') {
        stream.next();
        body.push({ kind, text, line });
      } else if (kind === 'print') {
        stream.next();
        body.push({ kind, value: parseTuple(stream), line });
        stream.expect('endPrint');
      } else if (kind === 'open') {
        stream.next();
        if (stream.isName(...ends)) return body;
        body.push(...this.#statement());
        stream.expect('close');
      } else if (ends.length === 0) return body;
      else throw stream.fail(`unexpected end of the template, expected ${ends.join(' or ')}`);
    }
  }

  /** The body of a tag, up to and past its end tag; gives which one it was. */
  #body(...ends: readonly string[]): { body: Statement[]; end: string } {
    this.#stream.skip('operator', ':');
    this.#stream.expect('close');
    const body = this.statements(ends);
    return { body, end: this.#stream.next().text };
  }

  /** A body in which the loops around count no more. */
  #closedBody(end: string): Statement[] {
    const loops = this.#loops;
    this.#loops = 0;
    const { body } = this.#body(end);
    this.#loops = loops;
    return body;
  }

  #statement(): Statement[] {
    const stream = this.#stream;
    const { text: tag, line } = stream.expect('name');
    switch (tag) {
      case 'if':
        return [this.#if(line)];
      case 'for':
        return [this.#for(line)];
      case 'set':
        return [this.#set(line)];
      case 'with':
        return [this.#with(line)];
      case 'macro': {
        const { text: name } = stream.expect('name');
        const macro = this.#macro(this.#signature(), 'endmacro');
        return [{ kind: 'macro', name, macro, line }];
      }
      case 'call':
        return [this.#callBlock(line)];
      case 'filter': {
        const filter = parseFilter(stream, undefined, true) as FilterExpression;
        const { body } = this.#body('endfilter');
        return [{ kind: 'filterBlock', filter, body, scope: newScope(), line }];
      }
      case 'generation':
        this.hasGenerationTags = true;
        return [
          { kind: 'generation', body: this.#closedBody('endgeneration'), scope: newScope(), line },
        ];
      case 'print':
        return this.#print(line);
      case 'break':
      case 'continue':
        if (this.#loops === 0) throw stream.fail(`${tag} outside of a loop`, line);
        return [{ kind: tag, line }];
      default:
        if (refusedTags.has(tag)) throw stream.refuse(`the tag "${tag}"`, line);
        throw stream.fail(`unknown tag "${tag}"`, line);
    }
  }

  #print(line: number): Statement[] {
    const printed: Statement[] = [];
    while (!this.#stream.is('close')) {
      if (printed.length > 0) this.#stream.expect('operator', ',');
      printed.push({ kind: 'print', value: parseExpression(this.#stream), line });
    }
    return printed;
  }

  #if(line: number): Statement {
    const test = parseTuple(this.#stream, { hasChoice: false });
    let { body, end } = this.#body('elif', 'else', 'endif');
    const statement: Statement & { kind: 'if' } = {
      kind: 'if',
      test,
      body,
      others: [],
      otherwise: [],
      line,
    };
    while (end === 'elif') {
      const other = parseTuple(this.#stream, { hasChoice: false });
      ({ body, end } = this.#body('elif', 'else', 'endif'));
      statement.others.push({ test: other, body });
    }
    if (end === 'else') statement.otherwise = this.#body('endif').body;
    return statement;
  }

  #for(line: number): Statement {
    const stream = this.#stream;
    const target = this.#target();
    stream.expect('name', 'in');
    const items = parseTuple(stream, { hasChoice: false });
    const test = stream.skip('name', 'if') ? parseExpression(stream) : undefined;
    const isRecursive = stream.skip('name', 'recursive');
    this.#loops += 1;
    const { body, end } = this.#body('endfor', 'else');
    this.#loops -= 1;
    const otherwise = end === 'else' ? this.#body('endfor').body : [];
    const scopes = { body: newScope(), test: newScope(), otherwise: newScope() };
    return { kind: 'for', target, items, test, isRecursive, body, otherwise, scopes, line };
  }

  #set(line: number): Statement {
    const stream = this.#stream;
    const target = this.#target(true);
    if (stream.skip('operator', '='))
      return { kind: 'set', target, value: parseTuple(stream), line };
    const filter = parseFilter(stream, undefined) as FilterExpression | undefined;
    const { body } = this.#body('endset');
    return { kind: 'capture', target, filter, body, scope: newScope(), line };
  }

  #with(line: number): Statement {
    const stream = this.#stream;
    const targets: Target[] = [];
    const values: Expression[] = [];
    while (!stream.is('close')) {
      if (targets.length > 0) stream.expect('operator', ',');
      targets.push(this.#target());
      stream.expect('operator', '=');
      values.push(parseExpression(stream));
    }
    const { body } = this.#body('endwith');
    return { kind: 'with', targets, values, body, scope: newScope(), line };
  }

  #callBlock(line: number): Statement {
    const stream = this.#stream;
    const signature = stream.isOperator('(') ? this.#signature() : [];
    const call = parseExpression(stream);
    if (call.kind !== 'call') throw stream.fail('expected call', line);
    const macro = this.#macro(signature, 'endcall');
    return { kind: 'callBlock', call: call as Call, macro, line };
  }

  #macro(parameters: Signature, end: string): MacroBody {
    const body = this.#closedBody(end);
    const reads = { caller: false, varargs: false, kwargs: false };
    return { parameters, body, scope: newScope(), reads };
  }

  #signature(): Signature {
    const stream = this.#stream;
    const parameters: Signature = [];
    stream.expect('operator', '(');
    while (!stream.isOperator(')')) {
      if (parameters.length > 0) stream.expect('operator', ',');
      const { text: name } = stream.expect('name');
      const otherwise = stream.skip('operator', '=') ? parseExpression(stream) : undefined;
      if (otherwise === undefined && parameters.at(-1)?.otherwise !== undefined)
        throw stream.fail('non-default argument follows default argument');
      if (parameters.some((other) => other.name === name))
        throw stream.fail(`duplicate argument "${name}"`);
      parameters.push({ name, otherwise });
    }
    stream.expect('operator', ')');
    return parameters;
  }

  #target(hasNamespaces = false): Target {
    const stream = this.#stream;
    const { line } = stream;
    const items: Target[] = [];
    let isTuple = false;
    for (;;) {
      if (items.length > 0) stream.expect('operator', ',');
      if (isTupleEnd(stream)) break;
      items.push(this.#targetItem(hasNamespaces));
      if (!stream.isOperator(',')) break;
      isTuple = true;
    }
    const [only] = items;
    if (isTuple) return { kind: 'targets', items, line };
    if (only === undefined) throw stream.fail(`expected a name, got ${stream.shown()}`);
    return only;
  }

  #targetItem(hasNamespaces: boolean): Target {
    const stream = this.#stream;
    const { line } = stream;
    if (hasNamespaces && stream.is('name') && stream.following.text === '.') {
      const { text: name } = stream.next();
      stream.next();
      return { kind: 'reference', name, attribute: stream.expect('name').text, line };
    }
    return this.#asTarget(parsePrimary(stream));
  }

  #asTarget(expression: Expression): Target {
    const { kind, line } = expression;
    if (kind === 'name') return expression;
    if (kind === 'tuple')
      return { kind: 'targets', items: expression.items.map((item) => this.#asTarget(item)), line };
    throw this.#stream.fail("can't assign to this expression", line);
  }
}
