import fc from 'fast-check';
import { expect, it } from 'vitest';
import { translatePattern } from '../regex.ts';
import { type Cutter, cutAsGpt2, cutDigits, cutInTurn, cutterOfPattern, Ends } from './cutters.ts';
import { gpt2Pattern, isolateMatches, type Splitter } from './pre-tokenizer.ts';
import { unitsOf } from './text-units.ts';

const split = (pattern: string): Splitter => isolateMatches(translatePattern('test', pattern));
const gpt2 = split(gpt2Pattern);
const digits = isolateMatches(/\p{N}/gu);

function words(cut: Cutter, text: string): string[] {
  const ends = new Ends();
  // What stands around a stretch must not matter.
  cut({ units: unitsOf(`a${text} a`), from: 1, to: text.length + 1 }, ends);
  let from = 1;
  return Array.from(ends.places.subarray(0, ends.count), (to) => {
    const word = `a${text} a`.slice(from, to);
    from = to;
    return word;
  });
}

const units = fc.constantFrom(
  ...[..."aZ'sStTmMdDlLvVrReE09 .,_-(\n\r\t\u00a0\u2028éſßK٣Ⅷ²名🙂𝒜𝟙\u0301\u200d\ufeff"],
);
const texts = fc.array(units, { maxLength: 24 }).map((all) => all.join(''));

it.each([
  ['GPT-2', cutAsGpt2, gpt2],
  ['digits', cutDigits, digits],
  ['SmolLM2', cutInTurn([cutDigits, cutAsGpt2]), (text: string) => digits(text).flatMap(gpt2)],
  ...[...cutterOfPattern].map(([pattern, cut]) => [pattern, cut, split(pattern)] as const),
] as const)('cuts as the pattern of %s does', (_, cut, expected) => {
  fc.assert(
    fc.property(texts, (text) => {
      expect(words(cut as Cutter, text)).toEqual(expected(text));
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
