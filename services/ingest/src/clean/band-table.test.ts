import { openBandSlots } from '@lathe/row-reader/band-slots';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createBandTable } from './band-table.ts';
import { bandCount } from './minhash.ts';

/** Few hashes, of which several lie side by side, and as many others as make the tables grow. */
const key = fc.oneof(fc.constantFrom(0, 1, 2, 2 ** 32 - 1), fc.nat(2 ** 32 - 1));
const bandsOf = fc
  .array(key, { minLength: bandCount, maxLength: bandCount })
  .map((keys) => Uint32Array.from(keys));

it('finds what looking at all texts finds, the newest of each band first, at most so many', () => {
  fc.assert(
    fc.property(fc.array(bandsOf, { maxLength: 60 }), bandsOf, fc.nat(20), (all, wanted, most) => {
      const table = createBandTable();
      for (const bands of all) table.add(bands);
      const sharing = [...wanted].flatMap((band, at) =>
        [...all.keys()].filter((text) => all[text]?.[at] === band).toReversed(),
      );
      const expected = [...new Set(sharing)].slice(0, most);
      expect([...table.find(wanted, most)]).toEqual(expected);
    }),
  );
});

it('finds every text when there are many', () => {
  const table = createBandTable();
  const texts = 5000;
  const bands = (text: number) =>
    Uint32Array.from({ length: bandCount }, (_, band) =>
      Math.imul(text * bandCount + band, 0x9e3779b1),
    );
  for (let text = 0; text < texts; text++) table.add(bands(text));
  for (let text = 0; text < texts; text++)
    expect([...table.find(bands(text), 256)]).toEqual([text]);
});

const bandSlots = openBandSlots();
const coming = fc.record({ bands: bandsOf, kind: fc.constantFrom('kept', 'found', 'passed') });
/** Rows by themselves, or many at a time. */
const some = fc.oneof(coming, fc.array(coming, { maxLength: 60 }));

it.runIf(bandSlots)('finds and keeps rows that it takes in C as if it were one by one', () => {
  fc.assert(
    fc.property(fc.array(some, { maxLength: 30 }), fc.nat(20), (all, most) => {
      const [plain, native] = [createBandTable(), createBandTable(bandSlots)];
      let kept = 0;
      for (const rows of all) {
        const each = Array.isArray(rows) ? rows : [rows];
        const entries = Int32Array.from(each, ({ kind }) =>
          kind === 'passed' ? -1 : kind === 'found' ? 0 : ++kept,
        );
        if (Array.isArray(rows)) {
          const numbers = Uint32Array.from(rows.flatMap(({ bands }) => [...bands]));
          const starts = Int32Array.from(rows.keys(), (row) => row * bandCount);
          native.take?.({ numbers, starts, entries });
        }
        for (const [row, { bands }] of each.entries()) {
          const isPassed = entries[row] === -1;
          const wanted = isPassed ? [] : [...plain.find(bands, most)];
          if (Array.isArray(rows)) expect([...native.taken(row, most)]).toEqual(wanted);
          else if (!isPassed) expect([...native.find(bands, most)]).toEqual(wanted);
          if ((entries[row] as number) <= 0) continue;
          plain.add(bands);
          if (!Array.isArray(rows)) native.add(bands);
        }
      }
    }),
  );
});
