import { type Recipe, type RecipeInput, resolveRecipe } from '@lathe/recipe/recipe';
import { describe, expect, it } from 'vitest';
import { scheduleFactor } from './schedule.ts';

const factor = (given: RecipeInput, step: number, total: number) =>
  scheduleFactor({ ...resolveRecipe(), ...given } as Recipe, step, total);
const factors = (given: RecipeInput, total: number) =>
  Array.from({ length: total }, (_, step) => factor(given, step, total));

describe('schedules', () => {
  it('warms up from zero and then falls on a line to one last small step', () => {
    expect(factors({ schedule: 'linear', warmupSteps: 2 }, 6)).toEqual([
      0, 0.5, 1, 0.75, 0.5, 0.25,
    ]);
  });

  it('follows a half cosine', () => {
    const curve = factors({ schedule: 'cosine' }, 4);
    expect(curve[0]).toBe(1);
    expect(curve[1]).toBeCloseTo(0.5 * (1 + Math.SQRT1_2), 12);
    expect(curve[2]).toBeCloseTo(0.5, 12);
  });

  it('stays constant after a warm-up given as a share, rounded up', () => {
    expect(factors({ schedule: 'constant', warmupRatio: 0.3 }, 5)).toEqual([0, 0.5, 1, 1, 1]);
  });

  it('prefers steps to a share and never goes below zero', () => {
    expect(factors({ schedule: 'constant', warmupSteps: 0, warmupRatio: 0.9 }, 2)).toEqual([1, 1]);
    expect(factor({ schedule: 'linear' }, 9, 4)).toBe(0);
  });
});
