import type { BytePairs } from '../model/word-encoder.ts';
import type { CutterName } from '../pre-tokenize/word-ends.ts';
import type { TokenList } from '../token-list.ts';
import { createSectionSplitter } from './added-tokens.ts';
import type { SectionParts } from './section-encoder.ts';

/**
 * What gives the tokens of ASCII texts without special tokens, for who encodes them elsewhere.
 * @example
 * const words: AsciiWords = { cutters: ['gpt2'], byteTokens: new Int32Array(256), merges: [], wholeWords: [] };
 */
export type AsciiWords = BytePairs & {
  /** How texts are cut into words: each cuts what the ones before gave. */
  readonly cutters: readonly CutterName[];
};

/** Encodes texts of which it is known where their special tokens are. */
export type PlainEncoder = {
  /** A text cut at its special tokens: each by its id, and what stands between them. */
  sections(text: string): readonly (number | string)[];
  /** Appends the tokens of a text between two special ones, or of a whole one without any. */
  append(units: Uint16Array, length: number, tokens: TokenList): void;
  /** What gives the tokens that `append` appends of ASCII; undefined where it is not byte-level BPE. */
  asciiWords(): AsciiWords | undefined;
};

/**
 * Of a tokenizer that takes texts as they are, cuts them into words wherever they stand, and adds no tokens but control tokens;
 * undefined for others.
 */
export function createPlainEncoder(
  parts: Pick<SectionParts, 'addedTokens' | 'cutters' | 'wordEnd' | 'words'> & {
    readonly isNormalized: boolean;
  },
): PlainEncoder | undefined {
  const { addedTokens, cutters, wordEnd, words } = parts;
  if (parts.isNormalized || wordEnd === undefined || words.append === undefined) return undefined;
  const isUsual = addedTokens.every(
    ({ isControl, normalized, singleWord, stripLeft, stripRight }) =>
      isControl && !normalized && !singleWord && !stripLeft && !stripRight,
  );
  if (!isUsual) return undefined;
  const split = createSectionSplitter(addedTokens);
  return {
    sections: (text) => split(text, true).map(({ token, text: section }) => token ?? section),
    append: (units, length, tokens) => words.append?.({ units, length, wordEnd }, tokens),
    asciiWords: () => {
      const pairs = words.bytePairs?.();
      return cutters && pairs && { ...pairs, cutters };
    },
  };
}
