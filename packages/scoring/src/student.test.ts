import { expect, it } from 'vitest';
import { normalPoint, normalTail, studentPoint, studentTail } from './student.ts';
import { vectors } from './vectors.fixture.ts';

const cases = vectors<{ degrees: number | null; t: number; tail: number }[]>('distributions');

it("has the tails of scipy's t and normal distributions, and finds back where they begin", () => {
  for (const { degrees, t, tail } of cases) {
    const found = degrees === null ? normalTail(t) : studentTail(t, degrees);
    expect(Math.abs(found - tail)).toBeLessThan(1e-7 * tail + 1e-16);
    const point = degrees === null ? normalPoint(tail) : studentPoint(tail, degrees);
    expect(point).toBeCloseTo(t, 5);
  }
});

it('has no point of probabilities 0 and 1', () => {
  expect([normalPoint(0), normalPoint(1)]).toEqual([
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ]);
});
