import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textExample } from './example.ts';
import { fillMicroBatch, packLengths } from './packing.ts';

describe('packLengths', () => {
  it('fills the tightest open window first, longest lengths first', () => {
    expect(packLengths([3, 6, 2, 4, 5], 10)).toEqual([
      [1, 3],
      [4, 0, 2],
    ]);
  });

  it('places every length once, within the capacity, and near the optimum', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 64 }), { maxLength: 60 }), (lengths) => {
        const windows = packLengths(lengths, 64);
        expect(windows.flat().sort((a, b) => a - b)).toEqual(lengths.map((_, index) => index));
        const fills = windows.map((window) =>
          window.reduce((sum, index) => sum + (lengths[index] as number), 0),
        );
        for (const fill of fills) expect(fill).toBeLessThanOrEqual(64);
        // Best-fit decreasing needs at most 11/9 of the optimum, plus one window.
        const least = Math.ceil(lengths.reduce((sum, size) => sum + size, 0) / 64);
        const large = lengths.filter((size) => size > 32).length;
        expect(windows.length).toBeLessThanOrEqual((11 / 9) * Math.max(least, large) * 1.2 + 2);
      }),
    );
  });

  it('refuses what cannot fit', () => {
    expect(() => packLengths([3, 11], 10)).toThrow('a length of 11 does not fit a window of 10');
  });
});

describe('fillMicroBatch', () => {
  const shape = { rows: 2, tokens: 6, targets: 5 };
  const first = textExample([11, 12, 13]);
  const second = { tokens: Int32Array.of(21, 22), supervised: Uint8Array.of(1, 1) };
  const third = { tokens: Int32Array.of(31, 32, 33), supervised: Uint8Array.of(0, 0, 1) };

  it('restarts positions, numbers segments and never predicts a first token', () => {
    const batch = fillMicroBatch([[first, second], [third]], shape);
    expect([...batch.tokens]).toEqual([11, 12, 13, 21, 22, 0, 31, 32, 33, 0, 0, 0]);
    expect([...batch.positions]).toEqual([0, 1, 2, 0, 1, 0, 0, 1, 2, 0, 1, 2]);
    expect([...batch.segments]).toEqual([1, 1, 1, 2, 2, 0, 1, 1, 1, 0, 0, 0]);
    expect([...batch.targetPositions]).toEqual([0, 1, 3, 7, 0]);
    expect([...batch.targetTokens]).toEqual([12, 13, 22, 33, 0]);
    expect([...batch.targetWeights]).toEqual([1, 1, 1, 1, 0]);
    expect(batch.supervisedTokens).toBe(4);
  });

  it('refuses what does not fit its shape', () => {
    expect(() => fillMicroBatch([[first], [first], [first]], shape)).toThrow('2 rows');
    expect(() => fillMicroBatch([[first, first, second]], shape)).toThrow('6 tokens');
    expect(() => fillMicroBatch([[first, first], [first]], shape)).toThrow('5 supervised');
  });
});
