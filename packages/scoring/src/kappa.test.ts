import { expect, it } from 'vitest';
import { cohensKappa } from './kappa.ts';
import { vectors } from './vectors.fixture.ts';

it("agrees with sklearn's cohen_kappa_score", () => {
  type Case = { judge: string[]; person: string[]; kappa: number | null };
  for (const { judge, person, kappa } of vectors<Case[]>('kappa')) {
    const labels = [...new Set([...judge, ...person])].map((label) => ({
      one: judge.filter((each) => each === label).length,
      other: person.filter((each) => each === label).length,
      both: judge.filter((each, at) => each === label && person[at] === label).length,
    }));
    const found = cohensKappa(labels);
    expect(found.rows).toBe(judge.length);
    if (kappa === null) expect(found.kappa).toBeNull();
    else expect(found.kappa).toBeCloseTo(kappa, 10);
  }
});

it('says nothing where there is nothing to tell apart', () => {
  expect(cohensKappa([])).toEqual({ rows: 0, agreed: 0, kappa: null });
  expect(cohensKappa([{ one: 9, other: 9, both: 9 }]).kappa).toBeNull();
});
