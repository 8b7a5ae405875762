import fc from 'fast-check';
import { expect, it } from 'vitest';
import { groupWords } from './group-words.ts';

it.each([
  ['Where is my order 123?', 'where is my  ORDER 77'],
  ['Order 12-4711 is late', 'Order 13-4712 is late!'],
  ['My flight of 2024-05-06', 'My flight of 2023-11-30'],
  ['Call 555-123-4567', 'Call 555-987-6543'],
  ['- 3 apples', '* 4 apples'],
  ['Is it a well-known <em>case</em> 7?', 'is it a well known em case em 8'],
  ['7 + 5', ' 7+5 = ?'],
  ['What is 12 × 3?', 'what is 12 * 3'],
])('says the same of %j and %j', (one, other) => {
  expect(groupWords(one)).toBe(groupWords(other));
});

it('keeps operators, and the numbers that they stand between', () => {
  const sums = [
    '7 + 5',
    '7 * 5',
    '12 + 3',
    '7 - 5',
    '7-5',
    '8/2',
    '9/2',
    '1.5 + 3',
    '2.5 + 3',
    '2^10',
    '2^11',
  ];
  const asked = sums.map((sum) => groupWords(`What is ${sum}?`));
  expect(new Set(asked).size).toBe(sums.length - 1);
  expect(asked[0]).toBe('what is 7 + 5');
  expect(groupWords('Case 41: what is 1,200.5 + 3 in case 42?')).toBe(
    'case 0 what is 1 200 5 + 3 in case 0',
  );
});

it('says of ASCII what it says of all texts', () => {
  const units = [...'aZb09 .,;:!?"\n\t-_/()+*=<>^%|&~[]'];
  const texts = fc
    .array(fc.oneof(fc.constantFrom(...units), fc.constantFrom('7', '12', ' + ', '-3', '1/2')), {
      maxLength: 20,
    })
    .map((parts) => parts.join(''));
  // A character beyond ASCII makes it go the other way, and is a word of its own.
  fc.assert(
    fc.property(texts, (text) => {
      expect(groupWords(`${text} . \u4e00`)).toBe(`${groupWords(text)} \u4e00`.trim());
    }),
    { numRuns: 2000 },
  );
});
