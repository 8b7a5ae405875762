import { describe, expect, it } from 'vitest';
import { child, fillNormal, fillUniform, permutation, rootSeed, uniform, words } from './seed.ts';

describe('seed tree', () => {
  it('gives the same numbers for the same path and others for another path or seed', () => {
    const draw = (seed: number, ...path: (string | number)[]) =>
      uniform(child(rootSeed(seed), ...path), 7);
    expect(draw(42, 'shuffle', 3)).toBe(draw(42, 'shuffle', 3));
    const paths = [
      draw(42, 'shuffle', 3),
      draw(43, 'shuffle', 3),
      draw(42, 'shuffle', 4),
      draw(42, 'dropout', 3),
      draw(42, 'shuffle', '3'),
      draw(42 + 2 ** 32, 'shuffle', 3),
    ];
    expect(new Set(paths).size).toBe(paths.length);
  });

  it('has no repeated words and balanced bits', () => {
    const seed = child(rootSeed(1), 'bits');
    const seen = new Set<number>();
    let ones = 0;
    for (let index = 0; index < 10_000; index++) {
      const pair = words(seed, index);
      seen.add(pair.low * 2 ** 21 + (pair.high >>> 11));
      for (let bits = pair.low; bits !== 0; bits = (bits & (bits - 1)) >>> 0) ones++;
    }
    expect(seen.size).toBe(10_000);
    expect(Math.abs(ones / 320_000 - 0.5)).toBeLessThan(0.005);
  });

  it('draws with the stated mean and deviation', () => {
    const count = 100_001;
    const normal = fillNormal(new Float32Array(count), child(rootSeed(5), 'normal'), 0.02);
    const flat = fillUniform(new Float32Array(count), child(rootSeed(5), 'uniform'), 0.5);
    const spread = (values: Float32Array) =>
      Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / count);
    expect(spread(normal) / 0.02).toBeCloseTo(1, 2);
    expect(spread(flat) / (0.5 / Math.sqrt(3))).toBeCloseTo(1, 2);
    expect(Math.abs(normal.reduce((sum, value) => sum + value, 0) / count)).toBeLessThan(3e-4);
    expect(flat.every((value) => value >= -0.5 && value < 0.5)).toBe(true);
  });

  it('permutes without loss, with every place equally likely', () => {
    const counts = new Map<number, number>();
    for (let trial = 0; trial < 3000; trial++) {
      const order = permutation(child(rootSeed(9), trial), 5);
      expect([...order].sort()).toEqual([0, 1, 2, 3, 4]);
      const first = order[0] as number;
      counts.set(first, (counts.get(first) ?? 0) + 1);
    }
    for (const count of counts.values()) expect(Math.abs(count / 600 - 1)).toBeLessThan(0.15);
  });
});
