import { describe, expect, it } from 'vitest';
import { compareMetrics, compareRates } from './compare.ts';

const meanOf = (values: readonly number[]) => (draw: ArrayLike<number>) =>
  Array.from(draw).reduce((sum, row) => sum + (values[row] ?? 0), 0) / draw.length;
const rows = (right: number, wrong: number) => [
  ...Array<boolean>(right).fill(true),
  ...Array<boolean>(wrong).fill(false),
];

describe('rates of right answers', () => {
  it('are improved, regressed or cannot be told apart', () => {
    expect(compareRates(rows(20, 0), rows(5, 15))).toEqual({
      difference: 0.75,
      onlyTunedRight: 15,
      onlyOtherRight: 0,
      pValue: expect.closeTo(2 / 2 ** 15, 12),
      verdict: 'improved',
    });
    expect(compareRates(rows(5, 15), rows(20, 0)).verdict).toBe('regressed');
    expect(compareRates([], [])).toMatchObject({ difference: 0, verdict: 'cannot tell' });
  });

  it('say how many rows would tell', () => {
    // 4 of 20 rows are uneven, 3 to 1: a gain of 10 points at a discordance of 20 %.
    const tuned = [true, true, true, false, ...rows(10, 6)];
    const other = [false, false, false, true, ...rows(10, 6)];
    const { verdict, rowsNeeded } = compareRates(tuned, other);
    expect(verdict).toBe('cannot tell');
    // 150 by Connor's formula, and what the exact test costs.
    expect(rowsNeeded).toBeGreaterThan(150);
    expect(rowsNeeded).toBeLessThan(180);
    expect(compareRates(rows(12, 8), rows(12, 8))).not.toHaveProperty('rowsNeeded');
  });
});

describe('metrics', () => {
  const near = Array.from({ length: 40 }, (_, at) => 0.5 + 0.1 * Math.sin(at));
  const far = near.map((value, at) => value + 0.3 + 0.1 * Math.cos(3 * at));
  const metrics = [meanOf(near), meanOf(far)] as const;
  const measured = { rows: 40, metrics, both: meanOf([...near, ...far]) };

  it('are better above, or below where lower is better', () => {
    const higher = compareMetrics(measured, { seed: 0 });
    expect(higher).toMatchObject({ verdict: 'regressed' });
    expect(higher.high).toBeLessThan(0);
    const lower = compareMetrics({ ...measured, lowerIsBetter: true }, { seed: 0 });
    expect(lower.verdict).toBe('improved');
  });

  it('cannot be told apart where one is mostly better and seldom far worse', () => {
    // One ruined answer of 60 outweighs 19 of those that are better; a second and a third may be missing by chance.
    const other = Array.from({ length: 60 }, (_, row) => 0.9 + 0.01 * Math.sin(row));
    const tuned = other.map((value, row) => (row === 7 ? 0 : value + 0.05));
    const metrics = [meanOf(tuned), meanOf(other)] as const;
    const found = compareMetrics(
      { rows: 60, metrics, both: meanOf([...tuned, ...other]) },
      { seed: 0 },
    );
    // Changing sides alone would say that it is better.
    expect(found.pValue).toBeLessThan(0.02);
    expect(found.low).toBeLessThan(0);
    expect(found.verdict).toBe('cannot tell');
  });

  it('cannot be told apart by clusters of rows that all say the same', () => {
    const [tuned, other] = [0, 1].map((which) =>
      Array.from({ length: 40 }, (_, row) => (Math.floor(row / 20) === which ? 0.2 : 1)),
    ) as [number[], number[]];
    const clusters = tuned.map((_, row) => Math.floor(row / 20));
    const better = tuned.map((value) => value + 0.3);
    const metrics = [meanOf(better), meanOf(other)] as const;
    const measured = { rows: 40, metrics, both: meanOf([...better, ...other]) };
    const each = compareMetrics(measured, { seed: 0 });
    const together = compareMetrics(measured, { seed: 0, clusters });
    expect(each.verdict).toBe('improved');
    expect(together.verdict).toBe('cannot tell');
    expect(together.rowsNeeded).toBeGreaterThan(40);
  });
});
