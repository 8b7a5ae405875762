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
  const fill = (windows: Int32Array[][][]) =>
    fillMicroBatch(windows, shape, { sequences: (example) => example });

  const placesOf = ({ placed }: ReturnType<typeof fill>) =>
    placed.map(({ places }) => places.map((each) => [...each]));

  it('restarts positions and tells where each sequence of a row ends', () => {
    const batch = fill([[[first], [second]], [[third, second]]]);
    expect([...batch.tokens]).toEqual([11, 12, 13, 21, 22, 0, 31, 32, 33, 21, 22, 0]);
    expect([...batch.positions]).toEqual([0, 1, 2, 0, 1, 0, 0, 1, 2, 0, 1, 0]);
    expect([...batch.ends]).toEqual([3, 3, 3, 5, 5, 6, 3, 3, 3, 5, 5, 6]);
    expect(placesOf(batch)).toEqual([
      [[0, 1, 2]],
      [[3, 4]],
      [
        [6, 7, 8],
        [9, 10],
      ],
    ]);
  });

  it('lays what sequences begin with once, in a tree of any depth', () => {
    const sequences = [
      [1, 2, 3, 4],
      [7, 7],
      [1, 2, 3],
      [1, 2, 8, 9],
      [1, 2, 3, 4],
      [1, 5],
    ].map((each) => Int32Array.from(each));
    const batch = fillMicroBatch(
      [sequences.slice(0, 2), sequences.slice(2)].map((each) => [each]),
      {
        rows: 2,
        tokens: 10,
      },
      { sequences: (example) => example, sharesPrompts: true },
    );
    // Rows: 1234 77 ....; 123 4 89 5 ... with 12 before 34, 89 and 1 before all.
    expect([...batch.tokens]).toEqual([1, 2, 3, 4, 7, 7, 0, 0, 0, 0, 1, 2, 3, 4, 8, 9, 5, 0, 0, 0]);
    expect([...batch.positions]).toEqual([
      ...[0, 1, 2, 3, 0, 1, 0, 0, 0, 0],
      ...[0, 1, 2, 3, 2, 3, 1, 0, 0, 0],
    ]);
    expect([...batch.ends]).toEqual([
      ...[4, 4, 4, 4, 6, 6, 10, 10, 10, 10],
      ...[7, 6, 4, 4, 6, 6, 7, 10, 10, 10],
    ]);
    expect(placesOf(batch)).toEqual([
      [
        [0, 1, 2, 3],
        [4, 5],
      ],
      [
        [10, 11, 12],
        [10, 11, 14, 15],
        [10, 11, 12, 13],
        [10, 16],
      ],
    ]);
  });

  it('lets each sequence see its own tokens and no others, whatever they have in common', () => {
    const token = fc.integer({ min: 0, max: 2 });
    const sequence = fc.array(token, { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(sequence, { minLength: 1, maxLength: 8 }), (drawn) => {
        const all = drawn.map((each) => Int32Array.from(each));
        const beginnings = new Set(
          drawn.flatMap((each) => each.map((_, at) => each.slice(0, at + 1).join())),
        );
        const wide = { rows: 1, tokens: beginnings.size };
        const { tokens, positions, ends, placed } = fillMicroBatch([all], wide, {
          sequences: (each) => [each],
          sharesPrompts: true,
        });
        for (const { example, places } of placed) {
          const own = [...(places[0] ?? [])];
          expect(own.map((place) => tokens[place])).toEqual([...example]);
          expect(own.map((place) => positions[place])).toEqual([...example.keys()]);
          for (const [at, query] of own.entries()) {
            const seen = [...ends.keys()].filter((key) => key <= query && query < (ends[key] ?? 0));
            expect(seen).toEqual(own.slice(0, at + 1));
          }
        }
      }),
    );
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
