import { characterOfByte } from './byte-alphabet.ts';

const space = characterOfByte[0x20]!;

/**
 * Leaves out the spaces at the ends of byte-level tokens from their offsets, as `trim_offsets` of a
 * post-processor asks for. With `addPrefixSpace` the first space of the first token is taken to be the one
 * that the pre-tokenizer put there, which has no place in the text.
 */
export function createOffsetTrimmer(
  texts: readonly (string | undefined)[],
  addPrefixSpace: boolean,
): (tokens: readonly number[], offsets: [number, number][]) => void {
  const leading = Uint8Array.from(texts, (text) => countBlanks(text ?? ''));
  const trailing = Uint8Array.from(texts, (text) => countBlanks([...(text ?? '')].reverse()));
  return (tokens, offsets) => {
    for (let i = 0; i < offsets.length; i++) {
      const range = offsets[i]!;
      const token = tokens[i]!;
      const before = leading[token]!;
      const after = trailing[token]!;
      if (before > 0) {
        const isPrefixed = addPrefixSpace && (i === 0 || range[0] === 0);
        range[0] = Math.min(range[0] + before - (isPrefixed ? 1 : 0), range[1]);
      }
      if (after > 0 && range[1] >= after) range[1] = Math.max(range[1] - after, range[0]);
    }
  };
}

function countBlanks(characters: Iterable<string>): number {
  let count = 0;
  for (const character of characters) {
    if (character !== space && !/\p{White_Space}/u.test(character)) break;
    count++;
  }
  return count;
}
