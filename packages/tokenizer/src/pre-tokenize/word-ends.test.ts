import fc from 'fast-check';
import { expect, it } from 'vitest';
import { translatePattern } from '../regex.ts';
import { gpt2Pattern, isolateMatches, type Splitter } from './pre-tokenizer.ts';
import { unitsOf } from './text-units.ts';
import { cutterOfPattern, inTurn, type WordEnd, wordEnds } from './word-ends.ts';

const split = (pattern: string): Splitter => isolateMatches(translatePattern('test', pattern));
const gpt2 = split(gpt2Pattern);
const digits = isolateMatches(/\p{N}/gu);

function words(wordEnd: WordEnd, text: string): string[] {
  // What stands around a text must not matter.
  const units = unitsOf(`a${text} a`);
  const found: string[] = [];
  for (let from = 1; from <= text.length; ) {
    const to = wordEnd(units, from, text.length + 1);
    found.push(`a${text} a`.slice(from, to));
    from = to;
  }
  return found;
}

const units = fc.constantFrom(
  ...[..."aZ'sStTmMdDlLvVrReE09 .,_-(\n\r\t\u00a0\u2028éſßK٣Ⅷ²名🙂𝒜𝟙\u0301\u200d\ufeff"],
);
const texts = fc.array(units, { maxLength: 24 }).map((all) => all.join(''));

it.each([
  ['GPT-2', wordEnds.gpt2, gpt2],
  ['digits', wordEnds.digits, digits],
  [
    'SmolLM2',
    inTurn([wordEnds.digits, wordEnds.gpt2]),
    (text: string) => digits(text).flatMap(gpt2),
  ],
  ...[...cutterOfPattern].map(
    ([pattern, cutter]) => [pattern, wordEnds[cutter], split(pattern)] as const,
  ),
] as const)('cuts as the pattern of %s does', (_, wordEnd, expected) => {
  fc.assert(
    fc.property(texts, (text) => {
      expect(words(wordEnd as WordEnd, text)).toEqual(expected(text));
    }),
    { numRuns: 3000 },
  );
});

it('gives the units of any text, whatever text was before it', () => {
  fc.assert(
    fc.property(fc.array(texts, { maxLength: 4 }), (all) => {
      for (const text of [...all, ...all.map((one) => one.repeat(500)), 'é'.repeat(2 ** 20 + 1)]) {
        const units = unitsOf(text);
        expect(units[text.length]).toBe(0);
        expect(String.fromCharCode(...units.subarray(0, Math.min(text.length, 9000)))).toBe(
          text.slice(0, 9000),
        );
      }
    }),
    { numRuns: 30 },
  );
});
