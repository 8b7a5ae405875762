import { AlignedText, mapCharacters, type Normalizer } from './normalizer.ts';

export type UnicodeForm = 'NFC' | 'NFD' | 'NFKC' | 'NFKD';

/**
 * Where a piece may be normalised apart from its left neighbour: before anything but a combining mark, a
 * vowel or final Hangul jamo (they join the syllable before them), a half-width kana mark or a low surrogate.
 */
const pieces = /[\s\S][\p{M}\u1160-\u11ff\ud7b0-\ud7ff\uff9e\uff9f]*/gu;

/**
 * A Unicode normalization form with offsets: characters that change together map to all that they came from.
 * The reference implementation maps a composed character to the first of its parts only, so that marks
 * belong to no token; here they belong to the token of their character.
 */
export function unicodeNormalizer(form: UnicodeForm): Normalizer {
  return (source, { align }) => {
    const text = source.normalize(form);
    if (text === source || !align) return { text, alignment: undefined };
    const out = new AlignedText();
    let at = 0;
    for (const piece of source.match(pieces) ?? []) {
      const isWhole = piece.length > longestCut || piece.normalize(form) === piece;
      const parts = isWhole ? [piece] : independentParts(piece, form);
      for (const part of parts) {
        const written = part.normalize(form);
        if (written === part) out.keep(part, at);
        else out.replace(written, at, at + part.length);
        at += part.length;
      }
    }
    if (out.text === text) return out.finish();
    const whole = new AlignedText();
    whole.replace(text, 0, source.length);
    return whole.finish();
  };
}

/** Cutting takes quadratic time, and no writing puts so many marks on a character. */
const longestCut = 64;

/** Cuts a piece wherever its sides, normalised apart, give the same as together. */
function independentParts(piece: string, form: UnicodeForm): string[] {
  const parts: string[] = [];
  let part = '';
  let rest = piece;
  for (const character of piece) {
    const together = (part + rest).normalize(form);
    if (part !== '' && part.normalize(form) + rest.normalize(form) === together) {
      parts.push(part);
      part = '';
    }
    part += character;
    rest = rest.slice(character.length);
  }
  return [...parts, part];
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

/** Removes every mark, as the component `StripAccents`. */
export const stripMarks = removeMarks(/\p{M}/u);

/** Removes nonspacing marks, as BERT does: the vowel signs of many scripts are spacing marks and stay. */
export const stripNonspacingMarks = removeMarks(/\p{Mn}/u);

function removeMarks(mark: RegExp): Normalizer {
  const remove = mapCharacters((character) => (mark.test(character) ? '' : character));
  return (source, how) =>
    mark.test(source) ? remove(source, how) : { text: source, alignment: undefined };
}
