import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createHeldOutTexts } from './held-out-texts.ts';
import { jaccard } from './shingles.ts';

const inOrder = (numbers: Iterable<number>): Uint32Array =>
  Uint32Array.from(new Set(numbers)).sort();

/** Shingles of 32 bits, many of which end alike, so that they stand beside each other in tables. */
const shingle = fc.oneof(
  fc.nat({ max: 2 ** 32 - 1 }),
  fc.nat({ max: 60 }).map((upper) => upper * 2 ** 20 + 7),
);

/** Sets of a few bases, each with a few elements left out and others put in, so that many are little above or below 0.8. */
const sets = fc
  .array(fc.array(shingle, { minLength: 1, maxLength: 120, size: 'max' }), {
    minLength: 1,
    maxLength: 4,
  })
  .chain((bases) =>
    fc.array(
      fc
        .record({
          base: fc.nat({ max: bases.length - 1 }),
          from: fc.nat({ max: 120 }),
          left: fc.nat({ max: 16 }),
          more: fc.array(shingle, { maxLength: 12 }),
        })
        .map(({ base, from, left, more }) =>
          inOrder([...(bases[base] as number[]).toSpliced(from, left), ...more]),
        ),
      { minLength: 2, maxLength: 40, size: 'max' },
    ),
  );

async function found(kept: readonly Uint32Array[], looked: readonly Uint32Array[]) {
  const texts = createHeldOutTexts(new Set());
  for (const [line, shingles] of kept.entries()) texts.keep(shingles, line + 100);
  await texts.settle(async () => undefined);
  return looked.map(texts.find);
}

it('finds a kept text that is near wherever there is one', async () => {
  await fc.assert(
    fc.asyncProperty(sets, fc.nat({ max: 30 }), async (all, count) => {
      const [kept, looked] = [all.slice(0, count), all.slice(count)];
      const lines = await found(kept, looked);
      for (const [at, line] of lines.entries()) {
        const row = looked[at] as Uint32Array;
        const near = kept.map((text) => text.length > 0 && jaccard(text, row) >= 0.8);
        if (row.length === 0 || !near.includes(true)) expect(line).toBeUndefined();
        else expect(near[(line ?? 0) - 100]).toBe(true);
      }
    }),
    { numRuns: 300 },
  );
});

it('finds texts of as many shingles as there may be', async () => {
  const hash = (at: number) => Math.imul(at, 0x9e3779b1) >>> 0;
  const rowOf = (from: number, count: number) =>
    inOrder(Array.from({ length: count }, (_, at) => hash(from + at)));
  const kept = [0, 3000, 9000].map((from) => rowOf(from, 4096));
  const looked = [rowOf(400, 4096), rowOf(460, 4096), rowOf(2600, 4000), rowOf(50_000, 4096)];
  const lines = await found(kept, looked);
  expect(lines).toEqual([100, undefined, 101, undefined]);
});
