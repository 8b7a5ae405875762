import type { BinaryOperator } from '../operators/arithmetic.ts';
import type { CallArguments, CompareOperator, Expression, FilterExpression } from './ast.ts';
import { noArguments, parseArguments, parseDottedName } from './parse-arguments.ts';
import type { TokenStream } from './token-stream.ts';

/** Reads an expression, with or without `a if b else c` at its top. */
export function parseExpression(stream: TokenStream, hasChoice = true): Expression {
  return hasChoice ? parseChoice(stream) : parseOr(stream);
}

export type TupleRules = {
  hasChoice?: boolean;
  /** Whether the tuple stands in parentheses, where it may be empty. */
  isEnclosed?: boolean;
};

/** Reads an expression, or several with commas between them as a tuple. */
export function parseTuple(stream: TokenStream, rules: TupleRules = {}): Expression {
  const { hasChoice = true, isEnclosed = false } = rules;
  const { line } = stream;
  const items: Expression[] = [];
  let isTuple = false;
  for (;;) {
    if (items.length > 0) stream.expect('operator', ',');
    if (isTupleEnd(stream)) break;
    items.push(parseExpression(stream, hasChoice));
    if (!stream.isOperator(',')) break;
    isTuple = true;
  }
  const [only] = items;
  if (!isTuple && only !== undefined) return only;
  if (!isTuple && !isEnclosed) throw stream.fail(`expected an expression, got ${stream.shown()}`);
  return { kind: 'tuple', items, line };
}

/** Whether a tuple without brackets of its own ends here. */
export function isTupleEnd(stream: TokenStream): boolean {
  return stream.is('endPrint') || stream.is('close') || stream.isOperator(')');
}

function parseChoice(stream: TokenStream): Expression {
  let { line } = stream;
  let expression = parseOr(stream);
  while (stream.skip('name', 'if')) {
    const test = parseOr(stream);
    const otherwise = stream.skip('name', 'else') ? parseChoice(stream) : undefined;
    expression = { kind: 'choice', test, value: expression, otherwise, line };
    line = stream.line;
  }
  return expression;
}

function parseOr(stream: TokenStream): Expression {
  const { line } = stream;
  let left = parseAnd(stream);
  while (stream.skip('name', 'or'))
    left = { kind: 'logic', operator: 'or', left, right: parseAnd(stream), line };
  return left;
}

function parseAnd(stream: TokenStream): Expression {
  const { line } = stream;
  let left = parseNot(stream);
  while (stream.skip('name', 'and'))
    left = { kind: 'logic', operator: 'and', left, right: parseNot(stream), line };
  return left;
}

function parseNot(stream: TokenStream): Expression {
  const { line } = stream;
  if (stream.skip('name', 'not'))
    return { kind: 'unary', operator: 'not', value: parseNot(stream), line };
  return parseCompare(stream);
}

function parseCompare(stream: TokenStream): Expression {
  const { line } = stream;
  const first = parseSum(stream);
  const rest: [CompareOperator, Expression][] = [];
  for (;;) {
    if (stream.isOperator('==', '!=', '<', '<=', '>', '>='))
      rest.push([stream.next().text as CompareOperator, parseSum(stream)]);
    else if (stream.skip('name', 'in')) rest.push(['in', parseSum(stream)]);
    else if (
      stream.isName('not') &&
      stream.following.kind === 'name' &&
      stream.following.text === 'in'
    ) {
      stream.next();
      stream.next();
      rest.push(['not in', parseSum(stream)]);
    } else break;
  }
  return rest.length === 0 ? first : { kind: 'compare', first, rest, line };
}

function parseBinary(
  stream: TokenStream,
  operators: readonly BinaryOperator[],
  parseSide: (stream: TokenStream) => Expression,
): Expression {
  const { line } = stream;
  let left = parseSide(stream);
  while (stream.isOperator(...operators)) {
    const operator = stream.next().text as BinaryOperator;
    left = { kind: 'binary', operator, left, right: parseSide(stream), line };
  }
  return left;
}

function parseSum(stream: TokenStream): Expression {
  return parseBinary(stream, ['+', '-'], parseConcat);
}

function parseConcat(stream: TokenStream): Expression {
  const { line } = stream;
  const parts = [parseProduct(stream)];
  while (stream.skip('operator', '~')) parts.push(parseProduct(stream));
  return parts.length === 1 ? parts[0]! : { kind: 'concat', parts, line };
}

function parseProduct(stream: TokenStream): Expression {
  return parseBinary(stream, ['*', '/', '//', '%'], parsePower);
}

function parsePower(stream: TokenStream): Expression {
  return parseBinary(stream, ['**'], (inner) => parseUnary(inner, true));
}

function parseUnary(stream: TokenStream, hasFilters: boolean): Expression {
  const { line } = stream;
  let expression: Expression;
  if (stream.isOperator('-', '+')) {
    const operator = stream.next().text as '-' | '+';
    expression = { kind: 'unary', operator, value: parseUnary(stream, false), line };
  } else expression = parsePrimary(stream);
  expression = parsePostfix(stream, expression);
  return hasFilters ? parseFilters(stream, expression) : expression;
}

/** Reads a name, a literal or what stands in brackets. */
export function parsePrimary(stream: TokenStream): Expression {
  const { kind, text, line } = stream.current;
  if (kind === 'name') {
    stream.next();
    if (/^[tT]rue$|^[fF]alse$/.test(text))
      return { kind: 'constant', value: text.toLowerCase() === 'true', line };
    if (/^[nN]one$/.test(text)) return { kind: 'constant', value: null, line };
    return { kind: 'name', name: text, line };
  }
  if (kind === 'string') {
    let value = '';
    while (stream.is('string')) value += stream.next().text;
    return { kind: 'constant', value, line };
  }
  if (kind === 'int') return { kind: 'constant', value: BigInt(stream.next().text), line };
  if (kind === 'float') return { kind: 'constant', value: Number(stream.next().text), line };
  if (stream.skip('operator', '(')) {
    const inner = parseTuple(stream, { isEnclosed: true });
    stream.expect('operator', ')');
    return inner;
  }
  if (stream.skip('operator', '[')) return { kind: 'list', items: parseItems(stream), line };
  if (stream.skip('operator', '{')) return { kind: 'dict', entries: parseEntries(stream), line };
  throw stream.fail(`unexpected ${stream.shown()}`);
}

function parseItems(stream: TokenStream): Expression[] {
  const items: Expression[] = [];
  while (!stream.isOperator(']')) {
    if (items.length > 0) stream.expect('operator', ',');
    if (stream.isOperator(']')) break;
    items.push(parseExpression(stream));
  }
  stream.expect('operator', ']');
  return items;
}

function parseEntries(stream: TokenStream): [Expression, Expression][] {
  const entries: [Expression, Expression][] = [];
  while (!stream.isOperator('}')) {
    if (entries.length > 0) stream.expect('operator', ',');
    if (stream.isOperator('}')) break;
    const key = parseExpression(stream);
    stream.expect('operator', ':');
    entries.push([key, parseExpression(stream)]);
  }
  stream.expect('operator', '}');
  return entries;
}

/** Reads attributes, items and calls after an expression. */
function parsePostfix(stream: TokenStream, start: Expression): Expression {
  let expression = start;
  for (;;) {
    if (stream.isOperator('.', '[')) expression = parseSubscript(stream, expression);
    else if (stream.isOperator('(')) expression = parseCall(stream, expression);
    else return expression;
  }
}

function parseCall(stream: TokenStream, callee: Expression): Expression {
  const { line } = stream;
  return { kind: 'call', callee, given: parseArguments(stream, parseExpression), line };
}

function parseSubscript(stream: TokenStream, value: Expression): Expression {
  const { line } = stream;
  if (stream.skip('operator', '.')) {
    const { kind, text } = stream.next();
    if (kind === 'name') return { kind: 'attribute', value, name: text, line };
    if (kind !== 'int') throw stream.fail('expected name or number', line);
    return { kind: 'item', value, key: { kind: 'constant', value: BigInt(text), line }, line };
  }
  stream.expect('operator', '[');
  const places: (Expression | (Expression | undefined)[])[] = [];
  while (!stream.isOperator(']')) {
    if (places.length > 0) stream.expect('operator', ',');
    places.push(parsePlace(stream));
  }
  stream.expect('operator', ']');
  const [only] = places;
  if (places.length === 1 && Array.isArray(only))
    return { kind: 'slice', value, bounds: only, line };
  if (places.some((place) => Array.isArray(place)))
    throw stream.refuse('a slice within a tuple', line);
  const items = places as Expression[];
  const key: Expression = items.length === 1 ? items[0]! : { kind: 'tuple', items, line };
  return { kind: 'item', value, key, line };
}

function parsePlace(stream: TokenStream): Expression | (Expression | undefined)[] {
  const bounds: (Expression | undefined)[] = [];
  if (stream.skip('operator', ':')) bounds.push(undefined);
  else {
    const place = parseExpression(stream);
    if (!stream.skip('operator', ':')) return place;
    bounds.push(place);
  }
  const isEnd = (): boolean => stream.isOperator(']', ',');
  bounds.push(isEnd() || stream.isOperator(':') ? undefined : parseExpression(stream));
  const hasStep = stream.skip('operator', ':');
  bounds.push(!hasStep || isEnd() ? undefined : parseExpression(stream));
  return bounds;
}

function parseFilters(stream: TokenStream, start: Expression): Expression {
  let expression = start;
  for (;;) {
    if (stream.isOperator('|')) expression = parseFilter(stream, expression) as Expression;
    else if (stream.isName('is')) expression = parseTest(stream, expression);
    else if (stream.isOperator('(')) expression = parseCall(stream, expression);
    else return expression;
  }
}

/** Reads the filters that follow; `isInline` says that the first stands there without its bar. */
export function parseFilter(
  stream: TokenStream,
  start: Expression | undefined,
  isInline = false,
): FilterExpression | Expression | undefined {
  let expression = start;
  let hasBar = !isInline;
  while (!hasBar || stream.isOperator('|')) {
    if (hasBar) stream.next();
    hasBar = true;
    const { line } = stream;
    const name = parseDottedName(stream);
    const given = stream.isOperator('(') ? parseArguments(stream, parseExpression) : noArguments();
    expression = { kind: 'filter', value: expression, name, given, line };
  }
  return expression;
}

function parseTest(stream: TokenStream, value: Expression): Expression {
  const { line } = stream.next();
  const isNegated = stream.skip('name', 'not');
  const name = parseDottedName(stream);
  const given = stream.isOperator('(')
    ? parseArguments(stream, parseExpression)
    : parseTestArgument(stream);
  const test: Expression = { kind: 'test', value, name, given, line };
  return isNegated ? { kind: 'unary', operator: 'not', value: test, line } : test;
}

/** The one argument that a test takes without parentheses. */
function parseTestArgument(stream: TokenStream): CallArguments {
  const given = noArguments();
  const isArgument =
    ['name', 'string', 'int', 'float'].includes(stream.current.kind) || stream.isOperator('[', '{');
  if (!isArgument || stream.isName('else', 'or', 'and')) return given;
  if (stream.isName('is')) throw stream.fail('You cannot chain multiple tests with is');
  given.positional.push(parsePostfix(stream, parsePrimary(stream)));
  return given;
}
