import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createPhrases } from './phrases.ts';

/** Runs of so many words as texts. */
function runs(words: readonly number[], length: number): string[] {
  const found: string[] = [];
  for (let at = 0; at + length <= words.length; at++)
    found.push(words.slice(at, at + length).join(' '));
  return found;
}

/** By definition: the line of the first phrase of each text that one of `kept` has and at most ten texts have. */
function plainly(kept: readonly (readonly number[])[], looked: readonly (readonly number[])[]) {
  const lines = new Map<string, number>();
  for (const [line, words] of kept.entries())
    for (const phrase of runs(words, words.length < 26 ? 8 : 13))
      if (!lines.has(phrase)) lines.set(phrase, line);
  const phrasesOf = looked.map((words) =>
    [13, 8].flatMap((length) => runs(words, length)).filter((phrase) => lines.has(phrase)),
  );
  const holders = new Map<string, Set<number>>();
  for (const [number, phrases] of phrasesOf.entries())
    for (const phrase of phrases)
      holders.set(phrase, (holders.get(phrase) ?? new Set()).add(number));
  const found = new Map<number, number>();
  for (const [phrase, numbers] of holders)
    if (numbers.size <= 10)
      for (const number of numbers)
        if (!found.has(number)) found.set(number, lines.get(phrase) as number);
  return found;
}

const passage = fc.array(fc.nat({ max: 2 ** 32 - 1 }), { minLength: 5, maxLength: 20 });
/** Texts of a few passages, many of which come again. */
const texts = fc.array(passage, { minLength: 1, maxLength: 8 }).chain((passages) =>
  fc.array(
    fc
      .array(fc.nat({ max: passages.length - 1 }), { maxLength: 4 })
      .map((places) => places.flatMap((place) => passages[place] ?? [])),
    { maxLength: 30, size: 'max' },
  ),
);

it('finds the texts that share a phrase with one that is kept, if few do', () => {
  fc.assert(
    fc.property(texts, fc.nat({ max: 10 }), (all, count) => {
      const [kept, looked] = [all.slice(0, count), all.slice(count)];
      const phrases = createPhrases();
      for (const [line, words] of kept.entries()) phrases.keep(Uint32Array.from(words), line);
      for (const [number, words] of looked.entries()) phrases.look(Uint32Array.from(words), number);
      expect(phrases.found()).toEqual(plainly(kept, looked));
    }),
    { numRuns: 500 },
  );
});
