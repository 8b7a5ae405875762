import { expect, it } from 'vitest';
import { characterNumbers } from './character-numbers.ts';

const numbersOf = (character: string) => [...characterNumbers(character.codePointAt(0) as number)];
const [letter, number, other] = [2, 3, 4];
const utf8 = (text: string) => [...Buffer.from(text)];
const [isLetter, isSign] = [1, 2];

it('tells of a character its class and its forms', () => {
  const e = 0xe9 * 4 + isLetter;
  expect(numbersOf('é')).toEqual([letter, 0, 2, 1, ...utf8('é'), e]);
  expect(numbersOf('É')).toEqual(numbersOf('é'));
  expect(numbersOf('²')).toEqual([number, 0, 1, 1, ...utf8('2'), 0x32 * 4]);
  expect(numbersOf('ﬁ')).toEqual([letter, 0, 2, 2, ...utf8('fi'), 0x66 * 4, 0x69 * 4]);
  expect(numbersOf('→')).toEqual([other, 0, 3, 1, ...utf8('→'), 0x2192 * 4 + isSign]);
  expect(numbersOf('×')).toEqual([other, 0, 2, 1, ...utf8('×'), 0x2a * 4]);
  expect(numbersOf('’')).toEqual([other, 0, 3, 1, ...utf8('’'), 0xffff * 4]);
  // At the end of a word it is another letter.
  expect(numbersOf('Σ')).toEqual([letter, 1, 2, 1, ...utf8('σ'), 0x3c3 * 4 + isLetter]);
});

it('tells nothing of what others are to be asked about', () => {
  // Marks, blanks and controls, words of one character, forms that are longer, and letters of two units.
  const others = [
    '\u0301',
    '\ufe0f',
    '\u00a0',
    '\ufeff',
    '中',
    'は',
    '한',
    '½',
    'İ',
    'ſ',
    '𐐀',
    '٣',
  ];
  for (const character of others)
    expect([character, numbersOf(character)]).toEqual([character, []]);
});
