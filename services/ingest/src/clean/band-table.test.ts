import { openSlotFetch } from '@lathe/row-reader/slot-fetch';
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

it.each([undefined, openSlotFetch()])('finds every text when there are many', (fetchSlots) => {
  const table = createBandTable(fetchSlots);
  const texts = 5000;
  const bands = (text: number) =>
    Uint32Array.from({ length: bandCount }, (_, band) =>
      Math.imul(text * bandCount + band, 0x9e3779b1),
    );
  for (let text = 0; text < texts; text++) {
    table.expect(bands(text), Int32Array.of(0));
    table.add(bands(text));
  }
  // Where no bands are, none are looked at.
  table.expect(bands(0), Int32Array.of(-1, 1, bandCount, 2 ** 31 - 1));
  for (let text = 0; text < texts; text++)
    expect([...table.find(bands(text), 256)]).toEqual([text]);
});
