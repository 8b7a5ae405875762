import type { SlotFetch } from '@lathe/row-reader/slot-fetch';
import { bandCount } from './minhash.ts';

const firstSlots = 1024;
/** How full the slots of a band may be, and how much larger they grow. */
const mostFull = 0.75;
const growth = 1.25;
/** Texts whose earlier ones of the same band are noted together. */
const pageTexts = 1024;

/** Which texts have which bands, in 14 × 11 to 14 bytes a text, and 14 × 4 more where texts share bands. */
export type BandTable = {
  /** Tells which bands are asked for next: those of row i stand from `starts[i]` on. */
  expect(numbers: Uint32Array, starts: Int32Array): void;
  /** Keeps the bands of the next text: the first is number 0. */
  add(bands: Uint32Array): void;
  /** Numbers of the texts with one of the bands, each once, at most so many: the newest of each band first. */
  find(bands: Uint32Array, most: number): ReadonlySet<number>;
  /** Gives its memory back at once: nothing is asked of it any more. */
  close(): void;
};

/** Of most texts there is no other. */
const none: ReadonlySet<number> = new Set();

/**
 * One table for each band: a slot is the hash of a band and the newest text that has it, side by side, so that one that nobody has costs one look
 * at memory. Of that text leads a chain to those before it.
 */
export function createBandTable(fetchSlots?: SlotFetch): BandTable {
  let texts = 0;
  const tables = fetchSlots?.(bandCount);
  const bandsOf = Array.from({ length: bandCount }, (_, band) =>
    createBand((slots) => tables?.place(band, new Uint32Array(slots.buffer))),
  );
  /** What came before a text in each band, as its number and one more; pages are made where a text has any. */
  const before: (Int32Array<ArrayBuffer> | undefined)[] = [];
  const beforeOf = (text: number, band: number): number =>
    before[Math.floor(text / pageTexts)]?.[(text % pageTexts) * bandCount + band] ?? 0;
  return {
    expect: (numbers, starts) => tables?.fetch(numbers, starts),
    add(bands) {
      const page = Math.floor(texts / pageTexts);
      for (let band = 0; band < bandCount; band++) {
        const last = (bandsOf[band] as Band).put((bands[band] as number) | 0, texts + 1);
        if (last === 0) continue;
        before[page] ??= new Int32Array(pageTexts * bandCount);
        before[page][(texts % pageTexts) * bandCount + band] = last;
      }
      texts++;
    },
    find(bands, most) {
      let found: Set<number> | undefined;
      for (let band = 0; band < bandCount; band++) {
        let entry = (bandsOf[band] as Band).get((bands[band] as number) | 0);
        for (; entry !== 0; entry = beforeOf(entry - 1, band)) {
          found ??= new Set();
          if (found.size >= most) return found;
          found.add(entry - 1);
        }
      }
      return found ?? none;
    },
    close() {
      for (const band of bandsOf) band.close();
      for (const page of before) page?.buffer.transfer(0);
    },
  };
}

/** The newest entry of each hash, by numbers from 1; 0: none. Hashes are signed: a number beyond 31 bits becomes an object on its way. */
type Band = {
  get(key: number): number;
  /** Takes the place of the entry that was the newest, which is returned. */
  put(key: number, entry: number): number;
  close(): void;
};

/** `place` is told of the slots, and again once they are others. */
function createBand(place: (slots: Int32Array) => void): Band {
  /** Of each slot its hash and its entry. */
  let slots = new Int32Array(2 * firstSlots);
  let count = 0;
  place(slots);
  /** Where a hash stands, or would: slots are in the order of hashes, so that a larger table is filled from its beginning to its end. */
  const placeOf = (key: number): number => {
    let place = 2 * Math.floor((key >>> 0) * 2 ** -32 * (slots.length / 2));
    while (slots[place + 1] !== 0 && slots[place] !== key)
      place = place + 2 === slots.length ? 0 : place + 2;
    return place;
  };
  const grow = (): void => {
    const smaller = slots;
    slots = new Int32Array(2 * Math.ceil((growth * smaller.length) / 2));
    for (let at = 0; at < smaller.length; at += 2) {
      if (smaller[at + 1] === 0) continue;
      const place = placeOf(smaller[at] as number);
      slots[place] = smaller[at] as number;
      slots[place + 1] = smaller[at + 1] as number;
    }
    // Given back at once: tables grow together, and it would be long until garbage is collected.
    smaller.buffer.transfer(0);
    place(slots);
  };
  return {
    get: (key) => slots[placeOf(key) + 1] as number,
    put(key, entry) {
      const place = placeOf(key);
      const last = slots[place + 1] as number;
      slots[place] = key;
      slots[place + 1] = entry;
      if (last === 0 && ++count > (mostFull * slots.length) / 2) grow();
      return last;
    },
    close() {
      slots.buffer.transfer(0);
    },
  };
}
