/**
 * The part of Go's text/template in which Modelfiles are written here: texts, fields and variables, `range` over a list
 * with its index, `if` with `else if` and `else`, `:=`, and the functions `eq`, `ne`, `and`, `or`, `not`, `len` and `slice`.
 */

/** A value of a template; what is absent is empty. */
type GoValue = string | number | boolean | readonly GoValue[] | GoRecord;
export type GoRecord = { readonly [field: string]: GoValue };

type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'print'; readonly value: Expression }
  | { readonly kind: 'set'; readonly name: string; readonly value: Expression }
  | { readonly kind: 'if'; readonly branches: readonly Branch[] }
  | {
      readonly kind: 'range';
      readonly index: string;
      readonly list: Expression;
      readonly body: readonly Node[];
    };
type Branch = { readonly when: Expression | undefined; readonly body: readonly Node[] };
type Expression =
  | { readonly kind: 'value'; readonly value: GoValue }
  | { readonly kind: 'path'; readonly from: string; readonly fields: readonly string[] }
  | { readonly kind: 'call'; readonly name: string; readonly operands: readonly Expression[] };

/** Renders a template for Ollama's `.System` and `.Messages`. Throws SyntaxError outside the part that is known. */
export function renderGoTemplate(template: string, data: GoRecord): string {
  const tokens = lex(template);
  const { nodes, end } = parseNodes(tokens, 0);
  if (end < tokens.length) throw new SyntaxError('an end or else stands alone');
  return run(nodes, { dot: data, variables: new Map([['$', data]]) });
}

type Token = { readonly text: string; readonly isAction: boolean };

function lex(template: string): Token[] {
  const tokens: Token[] = [];
  let isTrimmed = false;
  for (const part of template.split(/(\{\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\}\})/)) {
    if (!part.startsWith('{{')) {
      const text = isTrimmed ? part.trimStart() : part;
      if (text !== '') tokens.push({ text, isAction: false });
      continue;
    }
    if (part.startsWith('{{- ')) {
      const last = tokens.at(-1);
      if (last !== undefined && !last.isAction)
        tokens.splice(-1, 1, { ...last, text: last.text.trimEnd() });
    }
    isTrimmed = part.endsWith(' -}}');
    tokens.push({ text: part.replace(/^\{\{(- )?|( -)?\}\}$/g, '').trim(), isAction: true });
  }
  return tokens;
}

/** Nodes up to an `else` or `end` that belongs to what stands around them. */
function parseNodes(tokens: readonly Token[], start: number): { nodes: Node[]; end: number } {
  const nodes: Node[] = [];
  let at = start;
  while (at < tokens.length) {
    const { text, isAction } = tokens[at]!;
    if (!isAction) nodes.push({ kind: 'text', text });
    else if (/^(else|end)\b/.test(text)) break;
    else if (text.startsWith('if ')) {
      const { node, end } = parseIf(tokens, at);
      nodes.push(node);
      at = end;
    } else if (text.startsWith('range ')) {
      const [, index, list] = /^range (\$\w+), \$\w+ := (.+)$/.exec(text) ?? [];
      if (index === undefined || list === undefined)
        throw new SyntaxError(`"${text}" is not known`);
      const { nodes: body, end } = parseNodes(tokens, at + 1);
      expectEnd(tokens, end);
      nodes.push({ kind: 'range', index, list: parseExpression(list), body });
      at = end;
    } else {
      const [, name, value] = /^(\$\w+) := (.+)$/.exec(text) ?? [];
      if (name !== undefined && value !== undefined)
        nodes.push({ kind: 'set', name, value: parseExpression(value) });
      else nodes.push({ kind: 'print', value: parseExpression(text) });
    }
    at++;
  }
  return { nodes, end: at };
}

function parseIf(tokens: readonly Token[], start: number): { node: Node; end: number } {
  const branches: Branch[] = [];
  let at = start;
  for (;;) {
    const { text } = tokens[at]!;
    const condition = text.replace(/^else( if)?|^if/, '').trim();
    const when = condition === '' ? undefined : parseExpression(condition);
    const { nodes: body, end } = parseNodes(tokens, at + 1);
    branches.push({ when, body });
    at = end;
    if (tokens[at]?.text === 'end') return { node: { kind: 'if', branches }, end: at };
    if (tokens[at] === undefined || when === undefined) throw new SyntaxError('an if has no end');
  }
}

function expectEnd(tokens: readonly Token[], at: number): void {
  if (tokens[at]?.text !== 'end') throw new SyntaxError('a range has no end');
}

function parseExpression(text: string): Expression {
  const words = text.match(/"(?:[^"\\]|\\.)*"|[()]|[^\s()]+/g) ?? [];
  let at = 0;
  const operand = (): Expression => {
    const word = words[at++] ?? '';
    if (word === '(') {
      const inner = whole();
      if (words[at++] !== ')') throw new SyntaxError(`"${text}" lacks a parenthesis`);
      return inner;
    }
    if (word.startsWith('"')) return { kind: 'value', value: JSON.parse(word) as string };
    if (/^\d+$/.test(word)) return { kind: 'value', value: Number(word) };
    const [, from, fields = ''] = /^(\$\w*|)((?:\.\w+)*)$/.exec(word) ?? [];
    if (from === undefined || word === '') throw new SyntaxError(`"${word}" is not known`);
    return { kind: 'path', from, fields: fields.split('.').slice(1) };
  };
  const whole = (): Expression => {
    if (!/^[a-z]+$/.test(words[at] ?? '')) return operand();
    const name = words[at++]!;
    const operands: Expression[] = [];
    while (at < words.length && words[at] !== ')') operands.push(operand());
    return { kind: 'call', name, operands };
  };
  const found = whole();
  if (at < words.length) throw new SyntaxError(`"${text}" is not known`);
  return found;
}

type Scope = { readonly dot: GoValue; readonly variables: ReadonlyMap<string, GoValue> };

function run(nodes: readonly Node[], scope: Scope): string {
  let text = '';
  const variables = new Map(scope.variables);
  const inner: Scope = { dot: scope.dot, variables };
  for (const node of nodes) {
    switch (node.kind) {
      case 'text':
        text += node.text;
        break;
      case 'print':
        text += String(evaluate(node.value, inner));
        break;
      case 'set':
        variables.set(node.name, evaluate(node.value, inner));
        break;
      case 'if': {
        const taken = node.branches.find(
          ({ when }) => when === undefined || isTrue(evaluate(when, inner)),
        );
        if (taken !== undefined) text += run(taken.body, inner);
        break;
      }
      case 'range':
        for (const [index, dot] of listOf(evaluate(node.list, inner)).entries())
          text += run(node.body, { dot, variables: new Map([...variables, [node.index, index]]) });
    }
  }
  return text;
}

function evaluate(expression: Expression, scope: Scope): GoValue {
  if (expression.kind === 'value') return expression.value;
  if (expression.kind === 'path') {
    const start = expression.from === '' ? scope.dot : (scope.variables.get(expression.from) ?? '');
    return expression.fields.reduce<GoValue>(
      (value, field) => (value as GoRecord)[field] ?? '',
      start,
    );
  }
  const operands = expression.operands.map((operand) => evaluate(operand, scope));
  const [first = '', second = ''] = operands;
  switch (expression.name) {
    case 'eq':
      return first === second;
    case 'ne':
      return first !== second;
    case 'and':
      return operands.find((value) => !isTrue(value)) ?? operands.at(-1)!;
    case 'or':
      return operands.find(isTrue) ?? operands.at(-1)!;
    case 'not':
      return !isTrue(first);
    case 'len':
      return listOf(first).length;
    case 'slice':
      return listOf(first).slice(Number(second));
    default:
      throw new SyntaxError(`the function "${expression.name}" is not known`);
  }
}

function listOf(value: GoValue): readonly GoValue[] {
  if (Array.isArray(value)) return value as readonly GoValue[];
  throw new SyntaxError('there is no list');
}

function isTrue(value: GoValue): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== '' && value !== 0 && value !== false;
}
