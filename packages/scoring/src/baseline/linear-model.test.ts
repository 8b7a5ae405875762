import { expect, it } from 'vitest';
import { fitLinear } from './linear-model.ts';
import { denseRows } from './sparse-rows.ts';

it('refuses rows that do not fit', () => {
  const features = denseRows([[1], [2]]);
  const options = { loss: 'squared', strength: 1 } as const;
  expect(() => fitLinear(features, [[1]], options)).toThrow('2 rows cannot be fitted to 1 targets');
  const model = fitLinear(features, [[1], [2]], options);
  expect(() => model.predict(denseRows([[1, 2]]))).toThrow('rows of 2 columns do not fit');
  expect(() => denseRows([[1], [1, 2]])).toThrow('vector 1 has 2 numbers, the first 1');
});

it('finds a line that is there', () => {
  const xs = Array.from({ length: 40 }, (_, at) => [at / 10]);
  const ys = xs.map(([x = 0]) => [3 * x - 1]);
  const model = fitLinear(denseRows(xs), ys, { loss: 'squared', strength: 1e9, tolerance: 1e-9 });
  expect(model.predict(denseRows([[10]]))[0]?.[0]).toBeCloseTo(29, 4);
});
