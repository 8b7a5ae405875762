import type { Change } from './composition.ts';

/** For each UTF-16 unit of a normalised text, the range of the source it stands for. */
type Alignment = { starts: Int32Array; ends: Int32Array };

/** Text as the vocabulary sees it, and where it came from. */
export type Normalized = {
  text: string;
  /** Undefined where every position means itself, and where no alignment was asked for. */
  alignment: Alignment | undefined;
};

type Normalization = {
  /** Without it the alignment may be left out, which is faster. */
  align: boolean;
  /** The text goes on from other text, so that nothing belongs at its start. */
  continues: boolean;
};

export type Normalizer = (text: string, how: Normalization) => Normalized;

const identityNormalizer: Normalizer = (text) => ({ text, alignment: undefined });

/** Applies one normalizer after the other; the alignment leads from the last text to the first. */
export function chainNormalizers(steps: readonly Normalizer[]): Normalizer {
  const [first = identityNormalizer, ...rest] = steps;
  if (rest.length === 0) return first;
  return (source, how) =>
    rest.reduce(
      (before, step) => {
        const after = step(before.text, how);
        return {
          text: after.text,
          alignment: composeAlignments(before.alignment, after.alignment),
        };
      },
      first(source, how),
    );
}

function composeAlignments(
  before: Alignment | undefined,
  after: Alignment | undefined,
): Alignment | undefined {
  if (before === undefined || after === undefined) return after ?? before;
  return {
    starts: after.starts.map((start) => before.starts[start]!),
    ends: after.ends.map((end) => before.ends[end - 1]!),
  };
}

/** Collects a text piece by piece with the source range of each. */
export class AlignedText {
  text = '';
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  /** Appends `text`, all of which stands for [start, end) of the source. */
  replace(text: string, start: number, end: number): void {
    this.text += text;
    for (let i = 0; i < text.length; i++) {
      this.#starts.push(start);
      this.#ends.push(end);
    }
  }

  /** Appends `text` of the source as it is, from `start` on; a surrogate pair stays one character. */
  keep(text: string, start: number): void {
    this.text += text;
    for (let i = 0; i < text.length; i++) {
      this.#starts.push(start + i);
      this.#ends.push(start + i + 1);
    }
  }

  /**
   * Appends characters that stand for `source`, which begins at `start`: each for the next character of it, or, where it
   * was put in, for the one before; with `change` below 0 so many after it are left out. As in the reference
   * implementation, a character stands for the first of those that it was made of.
   */
  change(characters: readonly Change[], source: string, start: number): void {
    const bounds = [start];
    let end = start;
    for (const character of source) {
      end += character.length;
      bounds.push(end);
    }
    let next = 0;
    for (const { character, change } of characters) {
      const at = change > 0 ? next - 1 : next;
      const from = bounds[Math.max(at, 0)] ?? end;
      this.replace(character, from, bounds[at + 1] ?? end);
      if (change <= 0) next += 1 - change;
    }
  }

  finish(): Normalized {
    return {
      text: this.text,
      alignment: { starts: Int32Array.from(this.#starts), ends: Int32Array.from(this.#ends) },
    };
  }
}

/** A normalizer that rewrites each code point by itself; `rewrite` returns '' to remove it. */
export function mapCharacters(rewrite: (character: string) => string): Normalizer {
  return (source, { align }) => {
    if (!align) {
      let text = '';
      for (const character of source) text += rewrite(character);
      return { text, alignment: undefined };
    }
    const out = new AlignedText();
    let at = 0;
    for (const character of source) {
      const text = rewrite(character);
      if (text === character) out.keep(text, at);
      else out.replace(text, at, at + character.length);
      at += character.length;
    }
    return out.text === source ? { text: source, alignment: undefined } : out.finish();
  };
}

/**
 * Replaces every match. As in the reference implementation, the replacement stands for the last character
 * of what it replaces. `pattern` is global.
 */
export function replaceMatches(pattern: RegExp, content: string): Normalizer {
  return (source, { align }) => {
    const text = source.replace(pattern, () => content);
    if (text === source || !align) return { text, alignment: undefined };
    const out = new AlignedText();
    let end = 0;
    for (const match of source.matchAll(pattern)) {
      const to = match.index + match[0].length;
      out.keep(source.slice(end, match.index), end);
      const last = lastCharacterLength(match[0]);
      out.replace(content, Math.max(to - last, 0), Math.max(to, 1));
      end = to;
    }
    out.keep(source.slice(end), end);
    return out.finish();
  };
}

function lastCharacterLength(text: string): number {
  return [...text.slice(-2)].at(-1)?.length ?? 1;
}

/** Puts `prefix` before a text that is not empty and starts anew; it stands for the first character. */
export function prepend(prefix: string): Normalizer {
  return (source, { align, continues }) => {
    if (source === '' || continues) return { text: source, alignment: undefined };
    if (!align) return { text: prefix + source, alignment: undefined };
    const out = new AlignedText();
    out.replace(prefix, 0, firstCharacterLength(source));
    out.keep(source, 0);
    return out.finish();
  };
}

export function firstCharacterLength(text: string): number {
  return (text.codePointAt(0) ?? 0) > 0xffff ? 2 : 1;
}

/** Removes white space (`White_Space`) at the chosen sides. */
export function stripSides(left: boolean, right: boolean): Normalizer {
  return (source, { align, continues }) => {
    let from = 0;
    let to = source.length;
    while (left && !continues && from < to && isBlank(source, from)) from++;
    while (right && to > from && isBlank(source, to - 1)) to--;
    const text = source.slice(from, to);
    if (from === 0 || !align) return { text, alignment: undefined };
    const out = new AlignedText();
    out.keep(text, from);
    return out.finish();
  };
}

function isBlank(text: string, at: number): boolean {
  return /\p{White_Space}/u.test(text.charAt(at));
}
