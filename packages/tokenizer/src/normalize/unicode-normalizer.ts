import { changesOf, type UnicodeForm } from './composition.ts';
import { AlignedText, mapCharacters, type Normalizer } from './normalizer.ts';

/**
 * Where a piece may be normalised apart from its left neighbour: before anything but a combining mark, a
 * vowel or final Hangul jamo (they join the syllable before them), a half-width kana mark or a low surrogate.
 */
const pieces = /[\s\S][\p{M}\u1160-\u11ff\ud7b0-\ud7ff\uff9e\uff9f]*/gu;

/** A Unicode normalization form with offsets: a composed character stands for the first of its parts, as in the reference. */
export function unicodeNormalizer(form: UnicodeForm): Normalizer {
  return (source, { align }) => {
    const text = source.normalize(form);
    if (text === source || !align) return { text, alignment: undefined };
    const out = new AlignedText();
    let at = 0;
    for (const piece of source.match(pieces) ?? []) {
      if (piece.normalize(form) === piece) out.keep(piece, at);
      else out.change(changesOf(piece, form), piece, at);
      at += piece.length;
    }
    if (out.text === text) return out.finish();
    // Pieces that are not apart after all.
    const whole = new AlignedText();
    whole.change(changesOf(source, form), source, 0);
    return whole.finish();
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

/** Removes every mark, as the component `StripAccents`. */
export const stripMarks = removeMarks(/\p{M}/u);

/** Removes nonspacing marks, as BERT does: the vowel signs of many scripts are spacing marks and stay. */
export const stripNonspacingMarks = removeMarks(/\p{Mn}/u);

function removeMarks(mark: RegExp): Normalizer {
  const remove = mapCharacters((character) => (mark.test(character) ? '' : character));
  return (source, how) =>
    mark.test(source) ? remove(source, how) : { text: source, alignment: undefined };
}
