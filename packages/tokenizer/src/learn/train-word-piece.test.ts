import { expect, test } from 'vitest';
import { trainWordPiece, wordPieceTokens } from './train-word-piece.ts';

type File = { model: { vocab: Record<string, number> } };
const vocabularyOf = (texts: readonly string[], vocabularySize: number): string[] =>
  Object.entries((trainWordPiece(texts, { vocabularySize }) as File).model.vocab)
    .sort(([, a], [, b]) => a - b)
    .map(([entry]) => entry);

test('a vocabulary begins with the special tokens and every character, at both places in a word', () => {
  const vocabulary = vocabularyOf(['é Ab'], 1);
  expect(vocabulary.slice(0, 5)).toEqual([...wordPieceTokens]);
  for (const character of ['a', '~', '0', 'e']) {
    expect(vocabulary).toContain(character);
    expect(vocabulary).toContain(`##${character}`);
  }
  expect(vocabulary).not.toContain('A');
});

test('the most frequent pairs become entries, which say whether they begin a word', () => {
  const least = vocabularyOf([], 1).length;
  const texts = ['Low, low lower', 'slow lowest'];
  // By hand: o and w stand together five times, within words; then l before them four times, at a beginning.
  expect(vocabularyOf(texts, least + 2).slice(least)).toEqual(['##ow', 'low']);
  expect(vocabularyOf([...texts].reverse(), least + 4)).toEqual(vocabularyOf(texts, least + 4));
});
