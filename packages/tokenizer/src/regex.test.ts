import fc from 'fast-check';
import { expect, it } from 'vitest';
import { translatePattern } from './regex.ts';

/** V8 does not optimize expressions of this size: they have to match as small ones do. */
const unoptimized = `|${'☃'.repeat(30_000)}`;

const pieces = fc.constantFrom(
  ...[
    "'s",
    'k',
    'ſ',
    '[a-s]',
    '[^k]',
    '𐐀',
    '\\x4b',
    '\\u212a',
    '\\p{Lu}',
    'ß',
    'ǅ',
    '(?:é|D)',
    ' ?',
  ],
);
const patterns = fc.array(pieces, { minLength: 1, maxLength: 5 }).map((all) => all.join(''));
const texts = fc
  .array(fc.constantFrom(...["'sSſkKK aZéÉdD𐐀𐐨ßẞǄǅǆ1"]), { maxLength: 30 })
  .map((all) => all.join(''));

it.each([
  ['small', ''],
  ['large', unoptimized],
])('matches groups of any case as a whole that ignores case does: %s expressions', (_, end) => {
  fc.assert(
    fc.property(patterns, fc.array(texts, { maxLength: 20 }), (pattern, all) => {
      const translated = translatePattern('test', `(?i:${pattern})${end}`);
      const whole = new RegExp(pattern.replaceAll(/\\x(..)/g, '\\u{$1}'), 'giu');
      for (const text of all) expect(text.match(translated)).toEqual(text.match(whole));
    }),
    { numRuns: end === '' ? 500 : 20 },
  );
});

it('ignores case inside its group alone', () => {
  expect('abcd aBCd ABCD abcD'.match(translatePattern('test', 'a(?i:b(c))d'))).toEqual([
    'abcd',
    'aBCd',
  ]);
});

it.each(['(?i:[z-a])', '(?i:])', '(?i:a'])('refuses %s in a sentence', (pattern) => {
  expect(() => translatePattern('tokenizer.json', pattern)).toThrow(
    /tokenizer\.json.* uses syntax that JavaScript rejects/s,
  );
});
