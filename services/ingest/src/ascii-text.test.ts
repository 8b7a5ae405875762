import fc from 'fast-check';
import { expect, it } from 'vitest';
import { asciiPlain, asciiWords } from './ascii-text.ts';

const units = [...'aZ09 .,;:!?"\'\n\t\v\f\r-_/()\u001c\u001f'];
const texts = fc
  .array(fc.constantFrom(...units), { maxLength: 30 })
  .map((characters) => characters.join(''));

it('says of ASCII what the expressions say that are for all texts', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const small = text.normalize('NFKC').toLowerCase();
      const words = small.replaceAll(/\p{N}+/gu, '0').replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, ' ');
      expect(asciiWords(text)).toBe(words.trim());
      const plain = small.replaceAll(/[.,;:!?"'’”…]+(?=\s|$)/g, '').replaceAll(/\s+/g, ' ');
      expect(asciiPlain(text)).toBe(plain.trim());
    }),
    { numRuns: 3000 },
  );
});

it('leaves other texts alone, and takes long ones', () => {
  expect([asciiWords('é'), asciiPlain('a é')]).toEqual([undefined, undefined]);
  const long = 'Word 12, '.repeat(2000);
  expect(asciiWords(long)).toBe('word 0 '.repeat(2000).trim());
  expect(asciiPlain(long)).toBe('word 12 '.repeat(2000).trim());
});
