import { expect, it } from 'vitest';
import { holm } from './holm.ts';
import { vectors } from './vectors.fixture.ts';

it("adjusts p-values as statsmodels' multipletests does", () => {
  for (const { p, adjusted } of vectors<{ p: number[]; adjusted: number[] }[]>('holm'))
    for (const [at, value] of holm(p).entries()) expect(value).toBeCloseTo(adjusted[at] ?? -1, 12);
});
