import { AlignedText, mapCharacters, type Normalizer } from './normalizer.ts';

export type UnicodeForm = 'NFC' | 'NFD' | 'NFKC' | 'NFKD';

/**
 * Where a piece may be normalised apart from its left neighbour: before anything but a combining mark, a
 * vowel or final Hangul jamo (they join the syllable before them), a half-width kana mark or a low surrogate.
 */
const pieces = /[\s\S][\p{M}\u1160-\u11ff\ud7b0-\ud7ff\uff9e\uff9f]*/gu;

/**
 * A Unicode normalization form with offsets: each piece (a character and its marks) maps to the whole piece
 * that it came from. The reference implementation maps a composed character to the first of its parts
 * only, so that marks belong to no token; here they belong to the token of their character.
 */
export function unicodeNormalizer(form: UnicodeForm): Normalizer {
  return (source, { align }) => {
    const text = source.normalize(form);
    if (text === source || !align) return { text, alignment: undefined };
    const parts = source.match(pieces) ?? [];
    const written = parts.map((part) => part.normalize(form));
    const out = new AlignedText();
    if (written.join('') !== text) {
      out.replace(text, 0, source.length);
      return out.finish();
    }
    let from = 0;
    parts.forEach((part, i) => {
      if (written[i] === part) out.keep(part, from);
      else out.replace(written[i]!, from, from + part.length);
      from += part.length;
    });
    return out.finish();
  };
}

const eachLower = mapCharacters((character) => character.toLowerCase());

/**
 * Lower case of each character by itself, as the reference does: a capital sigma becomes a medial one even
 * at the end of a word.
 */
export const lowercase: Normalizer = (source, how) => {
  const text = source.toLowerCase();
  if (text === source || /^\p{ASCII}*$/u.test(source)) return { text, alignment: undefined };
  return eachLower(source, how);
};

/** Removes every nonspacing mark. */
export const stripMarks: Normalizer = (source, how) =>
  /\p{Mn}/u.test(source) ? removeMarks(source, how) : { text: source, alignment: undefined };

const removeMarks = mapCharacters((character) => (/\p{Mn}/u.test(character) ? '' : character));
