import type { TokenList } from '../token-list.ts';
import { createSectionSplitter } from './added-tokens.ts';
import type { SectionParts } from './section-encoder.ts';

/** Encodes texts of which it is known where their special tokens are. */
export type PlainEncoder = {
  /** A text cut at its special tokens: each by its id, and what stands between them. */
  sections(text: string): readonly (number | string)[];
  /** Appends the tokens of a text between two special ones, or of a whole one without any. */
  append(units: Uint16Array, length: number, tokens: TokenList): void;
};

/**
 * Of a tokenizer that takes texts as they are, cuts them into words wherever they stand, and adds no tokens but control tokens;
 * undefined for others.
 */
export function createPlainEncoder(
  parts: Pick<SectionParts, 'addedTokens' | 'wordEnd' | 'words'> & {
    readonly isNormalized: boolean;
  },
): PlainEncoder | undefined {
  const { addedTokens, wordEnd, words } = parts;
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
  };
}
