import fc from 'fast-check';
import { expect, it } from 'vitest';
import { asciiPlain } from './ascii-text.ts';

const units = [...'aZ09 .,;:!?"\'\n\t\v\f\r-_/()\u001c\u001f'];
const texts = fc
  .array(fc.constantFrom(...units), { maxLength: 30 })
  .map((characters) => characters.join(''));

it('says of ASCII what the expressions say that are for all texts', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const small = text.normalize('NFKC').toLowerCase();
      const plain = small.replaceAll(/[.,;:!?"'’”…]+(?=\s|$)/g, '').replaceAll(/\s+/g, ' ');
      expect(asciiPlain(text)).toBe(plain.trim());
    }),
    { numRuns: 3000 },
  );
});

it('leaves other texts alone, and takes long ones', () => {
  expect(asciiPlain('a é')).toBeUndefined();
  const long = 'Word 12, '.repeat(2000);
  expect(asciiPlain(long)).toBe('word 12 '.repeat(2000).trim());
});
