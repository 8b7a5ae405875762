/** A pattern of Python's `re` that has no exact counterpart here. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
}

/**
 * Repetitions without an end that a pattern may have: each multiplies the ways in which a name can be tried, and paths
 * of modules have some sixty characters.
 */
const mostRepetitions = 6;
const longestPattern = 2000;

/**
 * Whether the whole of a text matches, as Python's `re.fullmatch` decides it. Texts are paths of modules: ASCII in one
 * line, for which both languages agree on the classes of characters, on the ends of a line and on dots. Throws
 * PatternError for a pattern that Python refuses, and for groups with flags, references to groups, conditions,
 * lookbehind, and repetitions that give nothing back or stand within others.
 */
export function fullMatcher(pattern: string): (text: string) => boolean {
  if (pattern.length > longestPattern)
    throw new PatternError(`it has more than ${longestPattern} characters`);
  const expression = new RegExp(`^(?:${new Translator(pattern).translate()})$`, 'u');
  return (text) => expression.test(text);
}

/** A piece of the pattern: its counterpart, whether it can be repeated, and whether it repeats without an end. */
type Piece = { readonly text: string; readonly isRepeatable: boolean; readonly isEndless: boolean };

const sameClasses = new Set([...'dDwWsS']);
const controls: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13, a: 7 };

class Translator {
  readonly #characters: readonly string[];
  #at = 0;
  #repetitions = 0;

  constructor(pattern: string) {
    this.#characters = [...pattern];
  }

  translate(): string {
    const { text } = this.#alternatives();
    if (this.#at < this.#characters.length) throw this.#error('has an unbalanced parenthesis');
    return text;
  }

  #alternatives(): Pick<Piece, 'text' | 'isEndless'> {
    let text = '';
    let isEndless = false;
    while (this.#at < this.#characters.length && this.#next() !== ')') {
      if (this.#take('|')) {
        text += '|';
        continue;
      }
      const piece = this.#repeated(this.#piece());
      text += piece.text;
      isEndless ||= piece.isEndless;
    }
    return { text, isEndless };
  }

  #piece(): Piece {
    const character = this.#advance();
    switch (character) {
      case '(':
        return this.#group();
      case '[':
        return plain(this.#class());
      case '\\':
        return this.#escape();
      case '.':
        return plain('[^\\n]');
      case '^':
      case '$':
        return { ...plain(character), isRepeatable: false };
      case '*':
      case '+':
      case '?':
        throw this.#error('has nothing to repeat');
      default:
        return plain(literal(character.codePointAt(0)!));
    }
  }

  #group(): Piece {
    let opening = '(?:';
    if (this.#take('?')) {
      const kind = this.#advance();
      if (kind === '=' || kind === '!') opening = `(?${kind}`;
      else if (kind === 'P' && this.#take('<')) this.#groupName();
      else if (kind !== ':') throw this.#error('has a kind of group that is not supported');
    }
    const { text, isEndless } = this.#alternatives();
    if (!this.#take(')')) throw this.#error('has an unbalanced parenthesis');
    return { text: `${opening}${text})`, isRepeatable: opening === '(?:', isEndless };
  }

  #groupName(): void {
    let name = '';
    while (!this.#take('>')) name += this.#advance();
    if (!/^[A-Za-z_]\w*$/.test(name)) throw this.#error('has a bad name of a group');
  }

  #repeated(piece: Piece): Piece {
    const quantifier = this.#quantifier();
    if (quantifier === undefined) return piece;
    if (!piece.isRepeatable) throw this.#error('repeats what has no length');
    if (this.#next() === '+') throw this.#error('has a repetition that gives nothing back');
    const lazy = this.#take('?') ? '?' : '';
    if (this.#quantifier() !== undefined) throw this.#error('repeats a repetition');
    if (piece.isEndless) throw this.#error('has a repetition within another');
    if (quantifier.isEndless && ++this.#repetitions > mostRepetitions)
      throw this.#error(`has more than ${mostRepetitions} repetitions without an end`);
    const text = `${piece.text}${quantifier.text}${lazy}`;
    return { text, isRepeatable: true, isEndless: quantifier.isEndless };
  }

  #quantifier(): Pick<Piece, 'text' | 'isEndless'> | undefined {
    for (const character of ['*', '+'])
      if (this.#take(character)) return { text: character, isEndless: true };
    if (this.#take('?')) return { text: '?', isEndless: false };
    // Braces of any other form are characters like all others.
    const rest = this.#characters.slice(this.#at, this.#at + 20).join('');
    const [whole, low = '', comma, high = ''] = /^\{(\d*)(,?)(\d*)\}/.exec(rest) ?? [];
    if (whole === undefined || (low === '' && comma === '')) return undefined;
    if (high !== '' && Number(high) < Number(low)) throw this.#error('has a repetition backwards');
    this.#at += whole.length;
    return { text: `{${low || '0'}${comma}${high}}`, isEndless: comma !== '' && high === '' };
  }

  #escape(): Piece {
    const character = this.#next() ?? '';
    if (sameClasses.has(character) || character === 'b' || character === 'B') {
      this.#at++;
      return { ...plain(`\\${character}`), isRepeatable: sameClasses.has(character) };
    }
    if (this.#take('A')) return { ...plain('^'), isRepeatable: false };
    if (this.#take('Z')) return { ...plain('$'), isRepeatable: false };
    return plain(literal(this.#escapedCharacter()));
  }

  /** The character that stands behind a backslash. */
  #escapedCharacter(): number {
    const character = this.#advance();
    const length = { x: 2, u: 4, U: 8 }[character];
    if (length !== undefined) {
      const digits = Array.from({ length }, () => this.#advance()).join('');
      if (!/^[0-9a-fA-F]+$/.test(digits)) throw this.#error('has an incomplete escape');
      return Number.parseInt(digits, 16);
    }
    const control = controls[character];
    if (control !== undefined) return control;
    if (/[A-Za-z0-9]/.test(character))
      throw this.#error(`has the escape \\${character}, which is not supported`);
    return character.codePointAt(0)!;
  }

  #class(): string {
    const opening = this.#take('^') ? '[^' : '[';
    let text = '';
    for (let isFirst = true; isFirst || !this.#take(']'); isFirst = false) {
      const low = this.#member();
      if (
        typeof low === 'string' ||
        this.#next() !== '-' ||
        this.#characters[this.#at + 1] === ']'
      ) {
        text += typeof low === 'string' ? low : literal(low);
        continue;
      }
      this.#at++;
      const high = this.#member();
      if (typeof high === 'string' || high < low)
        throw this.#error('has a bad range of characters');
      text += `${literal(low)}-${literal(high)}`;
    }
    return `${opening}${text}]`;
  }

  /** One character of a class, or a class within it. */
  #member(): number | string {
    const character = this.#advance();
    if (character !== '\\') return character.codePointAt(0)!;
    const next = this.#next() ?? '';
    if (!sameClasses.has(next)) return next === 'b' ? this.#backspace() : this.#escapedCharacter();
    this.#at++;
    return `\\${next}`;
  }

  #backspace(): number {
    this.#at++;
    return 8;
  }

  #next(): string | undefined {
    return this.#characters[this.#at];
  }

  #take(character: string): boolean {
    if (this.#next() !== character) return false;
    this.#at++;
    return true;
  }

  #advance(): string {
    const character = this.#characters[this.#at++];
    if (character === undefined) throw this.#error('ends too early');
    return character;
  }

  #error(problem: string): PatternError {
    return new PatternError(
      `${problem}, at character ${Math.min(this.#at, this.#characters.length)}`,
    );
  }
}

function plain(text: string): Piece {
  return { text, isRepeatable: true, isEndless: false };
}

function literal(code: number): string {
  if (code > 0x10ffff) throw new PatternError('has a character that is none');
  return `\\u{${code.toString(16)}}`;
}
