import { JinjaError } from '../error.ts';
import { isWhite, strip, whiteClass } from '../value/text.ts';
import { readStringLiteral } from './string-literal.ts';

export type Token = {
  kind:
    | 'text'
    | 'open'
    | 'close'
    | 'print'
    | 'endPrint'
    | 'name'
    | 'string'
    | 'int'
    | 'float'
    | 'operator'
    | 'end';
  text: string;
  line: number;
};

const white = `${whiteClass}*`;
/** What ends the text before a tag: a raw block, a comment, a statement or an expression. */
const tagStart = new RegExp(
  `\\{%(?<rawSign>[-+]?)${white}raw${white}(?:-%\\}${white}|%\\})|(?<open>\\{\\{|\\{%|\\{#)(?<sign>[-+]?)`,
  'g',
);
const commentEnd = new RegExp(`\\+#\\}|-#\\}${white}|#\\}\\n?`, 'g');
const rawEnd = new RegExp(
  `\\{%(?<sign>[-+]?)${white}endraw${white}(?:\\+%\\}|-%\\}${white}|%\\}\\n?)`,
  'g',
);
const statementEnd = new RegExp(`\\+%\\}|-%\\}${white}|%\\}\\n?`, 'y');
const printEnd = new RegExp(`-\\}\\}${white}|\\}\\}`, 'y');
const rules: readonly (readonly [Token['kind'] | 'white', RegExp])[] = [
  ['white', new RegExp(`${whiteClass}+`, 'y')],
  ['float', /(?<!\.)(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?e[+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)/iy],
  ['int', /0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[\da-f])+|[1-9](?:_?\d)*|0(?:_?0)*/iy],
  ['name', /[\p{XIDS}_][\p{XIDC}]*/uy],
  ['string', /'[^'\\]*(?:\\[\s\S][^'\\]*)*'|"[^"\\]*(?:\\[\s\S][^"\\]*)*"/y],
  ['operator', /\/\/|\*\*|==|!=|>=|<=|[-+/*%~[\](){}<>=.:|,;]/y],
];
const closing: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** Cuts a template into tokens, with blocks trimmed as transformers has Jinja2 set up. */
export function tokenize(source: string): Token[] {
  return new Lexer(source).run();
}

class Lexer {
  readonly #source: string;
  readonly #tokens: Token[] = [];
  #at = 0;
  #line = 1;
  /** Whether a tag that comes now would be the first of its line. */
  #isLineStart = true;

  constructor(source: string) {
    // One line end at the end of the file is dropped.
    this.#source = source.replace(/\r\n?/g, '\n').replace(/\n$/, '');
  }

  run(): Token[] {
    const source = this.#source;
    while (this.#at < source.length) {
      tagStart.lastIndex = this.#at;
      const match = tagStart.exec(source);
      if (match === null) {
        this.#push('text', source.slice(this.#at));
        this.#advance(source.length);
        break;
      }
      const { open, sign, rawSign } = match.groups as Record<string, string | undefined>;
      const text = source.slice(this.#at, match.index);
      this.#text(text, { sign: sign ?? rawSign, isPrint: open === '{{' });
      this.#advance(match.index + match[0].length);
      if (open === undefined) this.#raw();
      else if (open === '{#') this.#comment();
      else this.#tag(open);
    }
    this.#push('end', '');
    return this.#tokens;
  }

  /** The text before a tag, without the blanks that the tag takes away. */
  #text(text: string, { sign, isPrint }: { sign: string | undefined; isPrint: boolean }): void {
    let kept = text;
    if (sign === '-') kept = strip(text, null, 'right');
    else if (sign !== '+' && !isPrint) {
      const start = text.lastIndexOf('\n') + 1;
      if ((start > 0 || this.#isLineStart) && isWhite(text.slice(start)))
        kept = text.slice(0, start);
    }
    if (kept !== '') this.#push('text', kept);
  }

  #raw(): void {
    rawEnd.lastIndex = this.#at;
    const match = rawEnd.exec(this.#source);
    if (match === null) throw this.#fail('Missing end of raw directive');
    const text = this.#source.slice(this.#at, match.index);
    this.#text(text, { sign: match.groups?.sign, isPrint: false });
    this.#advance(match.index + match[0].length);
  }

  #comment(): void {
    commentEnd.lastIndex = this.#at;
    const match = commentEnd.exec(this.#source);
    if (match === null) throw this.#fail('Missing end of comment tag');
    this.#advance(match.index + match[0].length);
  }

  #tag(open: string): void {
    this.#push(open === '{{' ? 'print' : 'open', open);
    const end = open === '{{' ? printEnd : statementEnd;
    const brackets: string[] = [];
    for (;;) {
      if (this.#at >= this.#source.length) return;
      end.lastIndex = this.#at;
      const closed = brackets.length === 0 ? end.exec(this.#source) : null;
      if (closed !== null) {
        this.#push(open === '{{' ? 'endPrint' : 'close', closed[0]);
        this.#advance(this.#at + closed[0].length);
        return;
      }
      this.#code(brackets);
    }
  }

  #code(brackets: string[]): void {
    for (const [kind, rule] of rules) {
      rule.lastIndex = this.#at;
      const text = rule.exec(this.#source)?.[0];
      if (text === undefined) continue;
      if (kind === 'operator') this.#balance(text, brackets);
      if (kind === 'string') this.#push(kind, readStringLiteral(text.slice(1, -1), this.#line));
      else if (kind === 'int' || kind === 'float') this.#push(kind, text.replaceAll('_', ''));
      else if (kind !== 'white') this.#push(kind, text);
      this.#advance(this.#at + text.length);
      return;
    }
    const character = String.fromCodePoint(this.#source.codePointAt(this.#at) as number);
    throw this.#fail(`unexpected char ${JSON.stringify(character)}`);
  }

  #balance(operator: string, brackets: string[]): void {
    const close = closing[operator];
    if (close !== undefined) brackets.push(close);
    else if (')]}'.includes(operator)) {
      const wanted = brackets.pop();
      if (wanted === undefined) throw this.#fail(`unexpected '${operator}'`);
      if (wanted !== operator) throw this.#fail(`unexpected '${operator}', expected '${wanted}'`);
    }
  }

  #push(kind: Token['kind'], text: string): void {
    this.#tokens.push({ kind, text, line: this.#line });
  }

  #advance(to: number): void {
    for (let i = this.#at; i < to; i++) if (this.#source[i] === '\n') this.#line += 1;
    if (to > this.#at) this.#isLineStart = this.#source[to - 1] === '\n';
    this.#at = to;
  }

  #fail(problem: string): JinjaError {
    return new JinjaError('syntax', problem, this.#line);
  }
}
