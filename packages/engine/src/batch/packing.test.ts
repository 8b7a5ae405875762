import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { causalLm } from '../objectives/causal-lm.ts';
import { textExample } from '../objectives/example.ts';
import { batchFeeds } from './feeds.ts';
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
  const shape = { rows: 2, tokens: 6 };
  const first = Int32Array.of(11, 12, 13);
  const second = Int32Array.of(21, 22);
  const third = Int32Array.of(31, 32, 33);
  const fill = (windows: Int32Array[][][]) => fillMicroBatch(windows, shape, (example) => example);

  it('restarts positions and numbers the sequences of a row', () => {
    const batch = fill([[[first], [second]], [[third, second]]]);
    expect([...batch.tokens]).toEqual([11, 12, 13, 21, 22, 0, 31, 32, 33, 21, 22, 0]);
    expect([...batch.positions]).toEqual([0, 1, 2, 0, 1, 0, 0, 1, 2, 0, 1, 0]);
    expect([...batch.segments]).toEqual([1, 1, 1, 2, 2, 0, 1, 1, 1, 2, 2, 0]);
    expect(batch.placed.map(({ starts }) => starts)).toEqual([[0], [3], [6, 9]]);
  });

  it('refuses what does not fit its shape', () => {
    expect(() => fill([[[first]], [[first]], [[first]]])).toThrow('2 rows');
    expect(() => fill([[[first, first], [second]]])).toThrow('6 tokens');
  });
});

describe('batchFeeds', () => {
  const first = textExample([11, 12, 13]);
  const second = { tokens: Int32Array.of(21, 22), supervised: Uint8Array.of(1, 1) };
  const third = { tokens: Int32Array.of(31, 32, 33), supervised: Uint8Array.of(0, 0, 1) };
  const feeds = (windows: (typeof first)[][], targets: number) =>
    batchFeeds(causalLm, windows, {
      shape: { rows: 2, tokens: 6, targets, examples: 3 },
      step: [],
    });

  it('never predicts a first token', () => {
    const found = feeds([[first, second], [third]], 5);
    expect([...(found.target_positions?.data ?? [])]).toEqual([0, 1, 3, 7, 0]);
    expect([...(found.target_tokens?.data ?? [])]).toEqual([12, 13, 22, 33, 0]);
    expect([...(found.target_weights?.data ?? [])]).toEqual([1, 1, 1, 1, 0]);
  });

  it('refuses more targets than there is room for', () => {
    expect(() => feeds([[first, second], [third]], 3)).toThrow('3 supervised');
  });
});
