import { strip } from './text.ts';

/** What cannot be said of a text that is not known: whoever renders with one has no rendering then. */
export class Undecided extends Error {
  override readonly name = 'Undecided';

  constructor(problem: string) {
    super(`${problem} depends on a text that is not known`);
  }
}

const blank = /^\s*$/;

/**
 * Texts that are not known yet, each with a sign of one character in its place, and what a rendering takes for granted of them.
 * None of them is blank. Whatever else is asked about them and not written down here is undecided.
 */
export class UnknownTexts {
  readonly signs: ReadonlySet<string>;
  /** Signs of texts that neither begin nor end with white space. */
  readonly tight = new Set<string>();
  /** What none of the texts holds. */
  readonly lacking = new Set<string>();
  /** Characters that a text of a sign does not begin with, or does not end with but for white space. */
  readonly notFirst: { readonly sign: string; readonly character: string }[] = [];
  readonly notLast: { readonly sign: string; readonly character: string }[] = [];
  /** Whether the rendering asked what time it is. */
  asksTime = false;

  noteTime(): void {
    this.asksTime = true;
  }

  constructor(signs: Iterable<string>) {
    this.signs = new Set(signs);
  }

  /** Whether any of the texts has a sign there. */
  isIn(text: string): boolean {
    for (const character of text) if (this.signs.has(character)) return true;
    return false;
  }

  /** Whether `text` starts with `part`, whatever the texts are that have signs in both. */
  startsWith(text: string, part: string): boolean {
    const most = Math.min(text.length, part.length);
    for (let at = 0; at < most; at++) {
      const [one, other] = [text.charAt(at), part.charAt(at)];
      if (one === other) continue;
      const [sign, character] = this.signs.has(one) ? [one, other] : [other, one];
      if (this.signs.has(character)) throw new Undecided('where two texts differ');
      if (this.signs.has(sign)) this.notFirst.push({ sign, character });
      return false;
    }
    return text.length >= part.length;
  }

  /** Whether `text` ends with what the sign stands for, white space at both ends aside. */
  endsWith(text: string, sign: string): boolean {
    const last = text.trimEnd().at(-1) ?? '';
    if (last === sign) return true;
    if (last === '' || this.signs.has(last)) throw new Undecided('how a text ends');
    this.notLast.push({ sign, character: last });
    return false;
  }

  /** A text with signs in it without white space at its ends, or without what of it is in `of`. */
  strip(text: string, of: string | null, ends: 'both' | 'left' | 'right'): string {
    if (of !== null && !blank.test(of)) throw new Undecided('what is stripped');
    const stripped = strip(text, of, ends);
    const [first, last] = [stripped.charAt(0), stripped.charAt(stripped.length - 1)];
    if (ends !== 'right' && this.signs.has(first)) this.tight.add(first);
    if (ends !== 'left' && this.signs.has(last)) this.tight.add(last);
    return stripped;
  }

  /** Takes for granted that no text holds the part. */
  lack(part: string): void {
    if (part === '') throw new Undecided('where nothing stands');
    this.lacking.add(part);
  }
}
