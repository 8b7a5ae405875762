import { expect, it } from 'vitest';
import { minimise } from './minimise.ts';

it('finds the lowest point of a narrow valley', () => {
  // Σ 10^i (x_i − i)², whose parts differ in steepness by a factor of 10,000.
  const point = minimise(
    (at, gradient) => {
      let sum = 0;
      for (const [i, x] of at.entries()) {
        gradient[i] = 2 * 10 ** i * (x - i);
        sum += 10 ** i * (x - i) ** 2;
      }
      return sum;
    },
    new Float64Array(5),
    { tolerance: 1e-6, iterations: 200 },
  );
  for (const [i, x] of point.entries()) expect(x).toBeCloseTo(i, 5);
});

it('stays where it is already lowest', () => {
  const flat = (_: Float64Array, gradient: Float64Array) => {
    gradient.fill(0);
    return 1;
  };
  expect(minimise(flat, Float64Array.of(3), { tolerance: 0, iterations: 5 })).toEqual(
    Float64Array.of(3),
  );
});
