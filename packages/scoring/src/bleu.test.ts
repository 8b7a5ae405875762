import { expect, it } from 'vitest';
import { bleu, bleuCounts, bleuSignature, tokenize13a } from './bleu.ts';
import { addUp, goldenReferences, goldenTexts, translations } from './translation.fixture.ts';

it('agrees with sacreBLEU, of corpora and of sentences', () => {
  for (const [rows, corpus, , , sentence, plain] of translations()) {
    const counts = rows.map(([predicted, references]) => bleuCounts(references, predicted));
    expect(bleu(addUp(counts))).toBeCloseTo(corpus, 8);
    expect(bleu(counts[0] ?? [], { isSentence: true })).toBeCloseTo(sentence, 8);
    const asTheyStand = rows.map(([text, references]) => bleuCounts(references, text, 'none'));
    expect(bleu(addUp(asTheyStand))).toBeCloseTo(plain, 8);
  }
});

it('has the golden values', () => {
  const [a, b] = goldenReferences;
  const of = (...references: readonly (readonly string[])[]) =>
    goldenTexts.map((text, at) =>
      bleuCounts(
        references.map((each) => each[at] as string),
        text,
      ),
    );
  expect(bleu(addUp(of(a)))).toBeCloseTo(42.132873, 6);
  expect(bleu(addUp(of(a, b)))).toBeCloseTo(44.097746, 6);
  const plain = goldenTexts.map((text, at) => bleuCounts([a[at] as string], text, 'none'));
  expect(bleu(addUp(plain))).toBeCloseTo(43.45625, 6);
  const sentences = of(a).map((counts) => bleu(counts, { isSentence: true }));
  expect(sentences.map((value) => value.toFixed(6))).toEqual([
    '65.803701',
    '13.134549',
    '42.888194',
  ]);
});

it('cuts words as mteval-v13a.pl', () => {
  expect(tokenize13a('It costs $3,000.50 (approx.)').join('|')).toBe(
    'It|costs|$|3,000.50|(|approx|.|)',
  );
  expect(bleuSignature(1)).toBe('nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp');
  expect(bleuSignature(2, 'none')).toBe('nrefs:2|case:mixed|eff:no|tok:none|smooth:exp');
  expect(() => bleuCounts([], 'x')).toThrow('at least one reference');
});
