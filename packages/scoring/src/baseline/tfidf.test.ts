import { expect, it } from 'vitest';
import { vectors } from '../vectors.fixture.ts';
import { fitTfidf, type TfidfOptions } from './tfidf.ts';

type Case = {
  texts: string[];
  others: string[];
  options: TfidfOptions;
  columns: number;
  /** Of every two rows, those of `others` first. */
  products: number[][];
};

it("agrees with sklearn's TfidfVectorizer", () => {
  for (const { texts, others, options, columns, products } of vectors<Case[]>(
    '../baseline/fixtures/tfidf',
  )) {
    const fitted = fitTfidf(texts, options);
    expect(fitted.columns).toBe(columns);
    const { rows, starts, places, values } = fitted.transform([...others, ...texts]);
    const dense = Array.from({ length: rows }, (_, row) => {
      const line = new Float64Array(columns);
      for (let at = starts[row] ?? 0; at < (starts[row + 1] ?? 0); at++)
        line[places[at] as number] = values[at] as number;
      return line;
    });
    for (const [i, left] of dense.entries())
      for (const [j, right] of dense.entries())
        expect(left.reduce((sum, value, at) => sum + value * (right[at] as number), 0)).toBeCloseTo(
          products[i]?.[j] as number,
          7,
        );
  }
});

it('keeps the most frequent runs', () => {
  const options = { units: 'words', runs: [1, 1], most: 2 } as const;
  const fitted = fitTfidf(['bb cc', 'bb cc', 'dd'], options);
  expect(fitted.columns).toBe(2);
  expect(fitted.transform(['dd']).values).toHaveLength(0);
});
