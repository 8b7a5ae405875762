import { JinjaError, unsupported } from '../error.ts';
import type { Token } from './lexer.ts';

/** Tokens with the place of the reader. */
export class TokenStream {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get current(): Token {
    return this.#tokens[Math.min(this.#at, this.#tokens.length - 1)]!;
  }

  get following(): Token {
    return this.#tokens[Math.min(this.#at + 1, this.#tokens.length - 1)]!;
  }

  get line(): number {
    return this.current.line;
  }

  next(): Token {
    const { current } = this;
    this.#at += 1;
    return current;
  }

  is(kind: Token['kind'], text?: string): boolean {
    return this.current.kind === kind && (text === undefined || this.current.text === text);
  }

  isOperator(...texts: readonly string[]): boolean {
    return this.current.kind === 'operator' && texts.includes(this.current.text);
  }

  isName(...texts: readonly string[]): boolean {
    return this.current.kind === 'name' && texts.includes(this.current.text);
  }

  /** Goes past the token if it is this operator or name. */
  skip(kind: 'operator' | 'name', text: string): boolean {
    if (!this.is(kind, text)) return false;
    this.next();
    return true;
  }

  expect(kind: Token['kind'], text?: string): Token {
    if (!this.is(kind, text))
      throw this.fail(`expected ${text ?? named[kind]}, got ${this.shown()}`);
    return this.next();
  }

  shown(): string {
    const { kind, text } = this.current;
    return kind === 'name' || kind === 'operator' ? JSON.stringify(text) : named[kind];
  }

  fail(problem: string, line = this.line): JinjaError {
    return new JinjaError('syntax', problem, line);
  }

  refuse(construct: string, line = this.line): JinjaError {
    return unsupported(construct, line);
  }
}

const named: Readonly<Record<Token['kind'], string>> = {
  text: 'text',
  open: 'a statement',
  close: 'the end of the statement',
  print: 'an expression',
  endPrint: 'the end of the expression',
  name: 'a name',
  string: 'a string',
  int: 'a number',
  float: 'a number',
  operator: 'an operator',
  end: 'the end of the template',
};
