import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { trainByteLevelBpe } from './train-bpe.ts';

const english =
  "The store opens at nine. We'll send the order to your address, and you'll get a receipt by mail. " +
  'Please ask if the parcel is late: the courier scans it every day. Thank you for your patience! ';
describe('training', () => {
  test('is deterministic, and the order of the texts does not matter', () => {
    const texts = `${english}${english}`.split('. ');
    const options = { vocabularySize: 300, specialTokens: ['<s>'] };
    const file = trainByteLevelBpe(texts, options);
    expect(trainByteLevelBpe([...texts].reverse(), options)).toEqual(file);
    expect(Object.keys(file.model.vocab)).toHaveLength(300);
    expect(file.model.merges).toHaveLength(300 - 257);
  });

  test('learns the merges that counting anew at every step gives', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 12 }), (words) => {
        const { merges } = trainByteLevelBpe([words.join(' ')], {
          vocabularySize: 275,
          specialTokens: [],
        }).model;
        expect(merges).toEqual(learnSlowly(words.join(' '), merges.length + 1).slice(0, 19));
      }),
      { numRuns: 60 },
    );
  });

  test('refuses impossible settings and leaves special tokens alone', () => {
    expect(() => trainByteLevelBpe([], { vocabularySize: 256, specialTokens: ['<s>'] })).toThrow(
      'vocabularySize 256 is below 257',
    );
    expect(() =>
      trainByteLevelBpe([], { vocabularySize: 300, specialTokens: ['<s>', '<s>'] }),
    ).toThrow('given twice');
    const trained = trainByteLevelBpe(['<s><s><s> abab <s>'], {
      vocabularySize: 300,
      specialTokens: ['<s>'],
    });
    expect(trained.model.merges).toEqual(['a b']);
  });
});

/** BPE by the definition: count all pairs, merge the most frequent (lowest ids first), repeat. */
function learnSlowly(text: string, limit: number): string[] {
  let words = (text.match(/ ?[abc]+/g) ?? []).map((word) => [...word.replace(' ', 'Ġ')]);
  const ids = new Map(
    Object.entries(trainByteLevelBpe([], { vocabularySize: 256, specialTokens: [] }).model.vocab),
  );
  const merges: string[] = [];
  while (merges.length < limit) {
    const counts = new Map<string, number>();
    for (const word of words) {
      for (let i = 0; i + 1 < word.length; i++) {
        const pair = `${word[i]} ${word[i + 1]}`;
        counts.set(pair, (counts.get(pair) ?? 0) + 1);
      }
    }
    const order = (pair: string) => pair.split(' ').map((entry) => ids.get(entry)!);
    const candidates = [...counts]
      .filter(([pair, count]) => count >= 2 && !ids.has(pair.replace(' ', '')))
      .sort(
        ([a, x], [b, y]) => y - x || order(a)[0]! - order(b)[0]! || order(a)[1]! - order(b)[1]!,
      );
    const best = candidates[0]?.[0];
    if (best === undefined) break;
    merges.push(best);
    const entry = best.replace(' ', '');
    ids.set(entry, ids.size);
    words = words.map((word) => {
      const merged: string[] = [];
      for (let i = 0; i < word.length; i++) {
        const isPair = `${word[i]} ${word[i + 1]}` === best;
        merged.push(isPair ? entry : word[i]!);
        if (isPair) i++;
      }
      return merged;
    });
  }
  return merges;
}
