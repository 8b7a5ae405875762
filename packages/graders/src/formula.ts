import { GradingFault } from './fault.ts';

/** The value of a formula, by the scores that it names. */
export type Formula = (scores: ReadonlyMap<string, number>) => number;

const functions: Readonly<Record<string, (...values: number[]) => number>> = {
  min: (...values) => Math.min(...values),
  max: (...values) => Math.max(...values),
  abs: (value = Number.NaN) => Math.abs(value),
  floor: (value = Number.NaN) => Math.floor(value),
  ceil: (value = Number.NaN) => Math.ceil(value),
  exp: (value = Number.NaN) => Math.exp(value),
  sqrt: (value = Number.NaN) => Math.sqrt(value),
  log: (value = Number.NaN) => Math.log(value),
};
const several: readonly string[] = ['min', 'max'];

/** How tightly operators bind; powers go from the right. */
const binding: Readonly<Record<string, number>> = { '+': 1, '-': 1, '*': 2, '/': 2, '^': 4 };
const unaryBinding = 3;

/** Parentheses inside each other. */
const mostDepth = 64;

const token =
  /\s*(?:(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)|([\p{L}_][\p{L}\p{N}_]*)|(\*\*|[-+*/^(),]))/uy;

type Token =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'name' | 'sign'; readonly value: string };

/**
 * Reads a formula over the scores of named graders: numbers, names, `+ - * / ^` (also `**`), parentheses and the functions
 * min, max, abs, floor, ceil, exp, sqrt and log. Throws GradingFault (`formula_parse_error`) that says what is wrong.
 */
export function parseFormula(text: string, names: readonly string[]): Formula {
  const fail = (reason: string): GradingFault =>
    new GradingFault('formula_parse_error', `calculate_output cannot be read: ${reason}.`);
  const tokens = tokensOf(text);
  let at = 0;
  const isSign = (sign: string): boolean => {
    const next = tokens[at];
    return next?.kind === 'sign' && next.value === sign;
  };
  const expect = (sign: string): void => {
    if (!isSign(sign)) throw fail(`${JSON.stringify(sign)} is missing`);
    at++;
  };

  const argumentsOf = (name: string, depth: number): Formula[] => {
    expect('(');
    const values = [expression(0, depth + 1)];
    while (isSign(',')) {
      at++;
      values.push(expression(0, depth + 1));
    }
    expect(')');
    if (values.length > 1 && !several.includes(name)) throw fail(`${name} takes one value`);
    return values;
  };
  const operand = (depth: number): Formula => {
    if (depth > mostDepth) throw fail(`it is nested deeper than ${mostDepth} levels`);
    const next = tokens[at++];
    if (next === undefined) throw fail('it ends too early');
    if (next.kind === 'number') return () => next.value;
    if (next.kind === 'name') {
      const { value: name } = next;
      if (names.includes(name)) return (scores) => scores.get(name) ?? Number.NaN;
      const call = Object.hasOwn(functions, name) ? functions[name] : undefined;
      if (call === undefined) throw fail(`there is no grader ${JSON.stringify(name)}`);
      const values = argumentsOf(name, depth);
      return (scores) => call(...values.map((value) => value(scores)));
    }
    if (next.value === '(') {
      const inner = expression(0, depth + 1);
      expect(')');
      return inner;
    }
    if (next.value !== '-' && next.value !== '+')
      throw fail(`${next.value} stands where a value should`);
    const value = expression(unaryBinding, depth + 1);
    return next.value === '-' ? (scores) => -value(scores) : value;
  };
  /** By precedence climbing: operators that bind tighter than `least`. */
  const expression = (least: number, depth: number): Formula => {
    let left = operand(depth);
    for (;;) {
      const next = tokens[at];
      const binds = next?.kind === 'sign' ? binding[next.value] : undefined;
      if (next === undefined || binds === undefined || binds <= least) return left;
      at++;
      const right = expression(next.value === '^' ? binds - 1 : binds, depth + 1);
      left = combined(next.value as string, left, right);
    }
  };

  function tokensOf(source: string): Token[] {
    const found: Token[] = [];
    const end = source.trimEnd().length;
    token.lastIndex = 0;
    while (token.lastIndex < end) {
      const from = token.lastIndex;
      const match = token.exec(source);
      if (match === null)
        throw fail(`it does not go on at ${JSON.stringify(source.slice(from, from + 10).trim())}`);
      const [, number, word, sign = ''] = match;
      if (number !== undefined) found.push({ kind: 'number', value: Number(number) });
      else if (word !== undefined) found.push({ kind: 'name', value: word });
      else found.push({ kind: 'sign', value: sign === '**' ? '^' : sign });
    }
    return found;
  }

  const formula = expression(0, 0);
  if (at < tokens.length) throw fail(`nothing is expected after ${at} parts of it`);
  return formula;
}

function combined(sign: string, left: Formula, right: Formula): Formula {
  switch (sign) {
    case '+':
      return (scores) => left(scores) + right(scores);
    case '-':
      return (scores) => left(scores) - right(scores);
    case '*':
      return (scores) => left(scores) * right(scores);
    case '/':
      return (scores) => left(scores) / right(scores);
    default:
      return (scores) => left(scores) ** right(scores);
  }
}
