/** Text as the vocabulary sees it, and for each of its UTF-16 units the source range it stands for. */
export type Normalized = {
  text: string;
  /** Undefined where nothing changed and a position means itself. */
  alignment: { starts: Int32Array; ends: Int32Array } | undefined;
};

export type Normalizer = (text: string) => Normalized;

export const identityNormalizer: Normalizer = (text) => ({ text, alignment: undefined });

/**
 * Where a piece may be normalised apart from its left neighbour: before anything but a combining mark, a
 * vowel or final Hangul jamo (they join the syllable before them) or a low surrogate.
 */
const pieces = /[\s\S][\p{M}\u1160-\u11ff\ud7b0-\ud7ff]*/gu;

/** Unicode normalization form C, with offsets: each piece maps to the whole piece that it came from. */
export const normalizeC: Normalizer = (source) => {
  const text = source.normalize('NFC');
  if (text === source) return { text, alignment: undefined };
  let parts = source.match(pieces) ?? [];
  if (parts.map((part) => part.normalize('NFC')).join('') !== text) parts = [source];
  const starts = new Int32Array(text.length);
  const ends = new Int32Array(text.length);
  let from = 0;
  let to = 0;
  for (const part of parts) {
    const written = part.normalize('NFC');
    const isUnchanged = written === part;
    for (let i = 0; i < written.length; i++, to++) {
      starts[to] = isUnchanged ? from + i : from;
      ends[to] = isUnchanged ? from + i + 1 : from + part.length;
    }
    from += part.length;
  }
  return { text, alignment: { starts, ends } };
};
