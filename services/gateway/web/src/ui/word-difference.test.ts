import { expect, it } from 'vitest';
import { differenceFrom } from './word-difference.ts';

const marked = (text: string, other: string): string =>
  differenceFrom(text, other)
    .map((piece) => (piece.isOwn ? `[${piece.text}]` : piece.text))
    .join('');

it.each([
  ['a cat sat', 'a dog sat', 'a [cat] sat'],
  ['same', 'same', 'same'],
  ['all new', '', '[all new]'],
  ['', 'gone', ''],
  ['one two three', 'two three', '[one ]two three'],
  ['Yes, until six.', 'Yes, until seven.', 'Yes, until [six].'],
  ['über Straße', 'über Strasse', 'über [Straße]'],
])('marks what %j has and %j lacks', (text, other, said) => {
  expect(marked(text, other)).toBe(said);
});

it('loses nothing of a long text', () => {
  const text = 'word '.repeat(2000);
  expect(
    differenceFrom(text, `x${text}`)
      .map((piece) => piece.text)
      .join(''),
  ).toBe(text);
});
