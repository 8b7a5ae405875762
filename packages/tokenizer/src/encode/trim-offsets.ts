import type { TokenTexts } from '../decode/decoder.ts';
import { characterOfByte } from '../model/byte-alphabet.ts';

type Encoded = { tokens: readonly number[]; offsets: [number, number][] };

const space = characterOfByte[0x20]!;

/**
 * Leaves out the spaces at the ends of byte-level tokens from their offsets, as `trim_offsets` of a
 * post-processor asks for. With `addPrefixSpace` a single space before the first token is taken to be the one
 * that the pre-tokenizer put there, which has no place in the text.
 */
export function createOffsetTrimmer(
  { texts, added }: TokenTexts,
  addPrefixSpace: boolean,
): (text: string, encoded: Encoded) => void {
  let counts: { leading: Uint16Array; trailing: Uint16Array } | undefined;
  return (text, { tokens, offsets }) => {
    // Many tokenizers are never asked for offsets.
    counts ??= countAll(texts);
    const { leading, trailing } = counts;
    for (let i = 0; i < offsets.length; i++) {
      const range = offsets[i]!;
      const token = tokens[i]!;
      // An added token can have taken white space around it.
      const written = added.has(token) ? text.slice(...range) : undefined;
      const before = written === undefined ? leading[token]! : countBlanks(written);
      const after = written === undefined ? trailing[token]! : countBlanks([...written].reverse());
      if (before > 0) {
        const isPrefixed = addPrefixSpace && before === 1 && (i === 0 || range[0] === 0);
        const start = range[0] + (isPrefixed ? 0 : before);
        range[0] = Math.min(isInside(text, start) ? start + 1 : start, range[1]);
      }
      if (after > 0 && range[1] >= after) {
        const end = range[1] - after;
        range[1] = Math.max(isInside(text, end) ? end - 1 : end, range[0]);
      }
    }
  };
}

function countAll(texts: TokenTexts['texts']): { leading: Uint16Array; trailing: Uint16Array } {
  return {
    leading: Uint16Array.from(texts, (text) => countBlanks(text ?? '')),
    trailing: Uint16Array.from(texts, (text) => countBlanks([...(text ?? '')].reverse())),
  };
}

/** Whether a position is in the middle of a character: a space put before one stands for all of it. */
function isInside(text: string, at: number): boolean {
  return at > 0 && (text.codePointAt(at - 1) ?? 0) > 0xffff;
}

function countBlanks(characters: Iterable<string>): number {
  let count = 0;
  for (const character of characters) {
    if (character !== space && !/\p{White_Space}/u.test(character)) break;
    count++;
  }
  return count;
}
