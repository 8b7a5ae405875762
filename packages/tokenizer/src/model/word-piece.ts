import { TokenizerError } from '../error.ts';
import { cacheWords, type WordEncoder } from './word-encoder.ts';

export type WordPieceSpecification = {
  source: string;
  vocabulary: ReadonlyMap<string, number>;
  unknownToken: string;
  /** What entries that go on within a word start with. */
  prefix: string;
  /** A word of more characters (code points) is unknown as a whole. */
  longestWord: number;
};

type Piece = { id: number; start: number; end: number };

/** WordPiece (Schuster and Nakajima 2012): the longest entry first, from left to right. */
export function createWordPiece(specification: WordPieceSpecification): WordEncoder {
  const { source, vocabulary, unknownToken, prefix, longestWord } = specification;
  const unknown = vocabulary.get(unknownToken);
  if (unknown === undefined)
    throw new TokenizerError(source, `model.unk_token "${unknownToken}" is not in the vocabulary`);
  let longestEntry = 0;
  for (const entry of vocabulary.keys()) longestEntry = Math.max(longestEntry, entry.length);

  const cut = (word: string): Piece[] => {
    const whole = [{ id: unknown, start: 0, end: word.length }];
    if (word.length > longestWord && [...word].length > longestWord) return whole;
    const pieces: Piece[] = [];
    for (let start = 0; start < word.length; ) {
      const before = start > 0 ? prefix : '';
      let end = Math.min(word.length, start + longestEntry);
      let id: number | undefined;
      for (; end > start; end--) {
        id = vocabulary.get(before + word.slice(start, end));
        if (id !== undefined) break;
      }
      if (id === undefined) return whole;
      pieces.push({ id, start, end });
      start = end;
    }
    return pieces;
  };
  return {
    encode: cacheWords((word) => cut(word).map(({ id }) => id)),
    appendOffsets: (word, _tokens, at, out) => {
      for (const { start, end } of cut(word)) out.push([at + start, at + end]);
    },
  };
}
