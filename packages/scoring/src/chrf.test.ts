import { expect, it } from 'vitest';
import { chrf, chrfCounts } from './chrf.ts';
import { addUp, goldenReferences, goldenTexts, translations } from './translation.fixture.ts';

it('agrees with sacreBLEU', () => {
  for (const [rows, , plain, plus] of translations()) {
    const of = (words: number) =>
      chrf(addUp(rows.map(([text, references]) => chrfCounts(references, text, { words }))));
    expect(of(0)).toBeCloseTo(plain, 8);
    expect(of(2)).toBeCloseTo(plus, 8);
  }
});

it('has the golden values', () => {
  const [a, b] = goldenReferences;
  const of = (words: number, ...references: readonly (readonly string[])[]) =>
    chrf(
      addUp(
        goldenTexts.map((text, at) =>
          chrfCounts(
            references.map((each) => each[at] as string),
            text,
            { words },
          ),
        ),
      ),
    );
  expect(of(0, a)).toBeCloseTo(73.697056, 6);
  expect(of(2, a)).toBeCloseTo(69.447799, 6);
  expect(of(2, a, b)).toBeCloseTo(68.138993, 6);
  expect(() => chrfCounts([], 'x')).toThrow('at least one reference');
});
