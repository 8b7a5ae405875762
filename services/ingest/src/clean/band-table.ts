import type { BandedRows, BandSlots } from '@lathe/row-reader/band-slots';
import { bandCount } from './minhash.ts';

const firstSlots = 1024;
/** How full the slots of a band may be, and how much larger they grow. */
const mostFull = 0.75;
const growth = 1.25;
/** Texts whose earlier ones of the same band are noted together. */
const pageTexts = 1024;

/** Which texts have which bands, in 14 × 11 to 14 bytes a text, and 14 × 4 more where texts share bands. */
export type BandTable = {
  /** Keeps the bands of the next text: the first is number 0. */
  add(bands: Uint32Array): void;
  /** Numbers of the texts with one of the bands, each once, at most so many: the newest of each band first. */
  find(bands: Uint32Array, most: number): ReadonlySet<number>;
  /** Finds and keeps texts one after another in C; undefined where there is none. The entry of a text that is kept is its number from 1. */
  readonly take: ((rows: BandedRows) => void) | undefined;
  /** What `find` would have found for each of those rows just before it was kept: to be asked of one after another. */
  taken(row: number, most: number): ReadonlySet<number>;
  /** Gives its memory back at once: nothing is asked of it any more. */
  close(): void;
};

/** Of most texts there is no other. */
const none: ReadonlySet<number> = new Set();

/**
 * One table for each band: a slot is the hash of a band and the newest text that has it, side by side, so that one that nobody has costs one look
 * at memory. Of that text leads a chain to those before it.
 */
export function createBandTable(bandSlots?: BandSlots): BandTable {
  let texts = 0;
  const tables = bandSlots?.(bandCount);
  const used = new Int32Array(bandCount);
  const bandsOf = Array.from({ length: bandCount }, (_, band) =>
    createBand((slots) => tables?.place(band, slots), tables?.move),
  );
  /** Of rows that were taken the entry that was the newest of each band before, and their own entries. */
  let newest: Int32Array = new Int32Array();
  let entries: Int32Array = new Int32Array();
  /** What came before a text in each band, as its number and one more; pages are made where a text has any. */
  const before: (Int32Array<ArrayBuffer> | undefined)[] = [];
  const beforeOf = (text: number, band: number): number =>
    before[Math.floor(text / pageTexts)]?.[(text % pageTexts) * bandCount + band] ?? 0;
  const follow = (text: number, band: number, last: number): void => {
    const page = Math.floor(text / pageTexts);
    before[page] ??= new Int32Array(pageTexts * bandCount);
    before[page][(text % pageTexts) * bandCount + band] = last;
  };
  return {
    add(bands) {
      for (let band = 0; band < bandCount; band++) {
        const last = (bandsOf[band] as Band).put((bands[band] as number) | 0, texts + 1);
        if (last !== 0) follow(texts, band, last);
      }
      texts++;
    },
    take:
      tables &&
      ((rows) => {
        const kept = rows.entries.reduce((count, entry) => count + (entry > 0 ? 1 : 0), 0);
        for (const [band, each] of bandsOf.entries()) used[band] = each.makeRoom(kept);
        ({ entries } = rows);
        newest = tables.take(rows, used);
        for (const [band, each] of bandsOf.entries()) each.filled(used[band] as number);
        texts += kept;
      }),
    taken(row, most) {
      let found: Set<number> | undefined;
      const own = entries[row] as number;
      for (let band = 0; band < bandCount; band++) {
        const last = newest[row * bandCount + band] as number;
        if (last === 0) continue;
        found ??= new Set();
        for (let entry = last; entry !== 0 && found.size < most; entry = beforeOf(entry - 1, band))
          found.add(entry - 1);
        if (own > 0) follow(own - 1, band, last);
      }
      return found ?? none;
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
  /** Grows until so many more have room, and says how many slots have an entry. */
  makeRoom(more: number): number;
  /** Takes note of how many slots have one, once others put entries. */
  filled(count: number): void;
  close(): void;
};

/** `place` is told of the slots, and again once they are others; `move` puts all of them into a larger table, where there is C. */
function createBand(
  place: (slots: Int32Array) => void,
  move: ((slots: Int32Array, larger: Int32Array) => void) | undefined,
): Band {
  /** Of each slot its hash and its entry. */
  let slots = new Int32Array(2 * firstSlots);
  let count = 0;
  place(slots);
  const isFull = (entries: number): boolean => entries > (mostFull * slots.length) / 2;
  /** Where a hash stands, or would: slots are in the order of hashes, so that a larger table is filled from its beginning to its end. */
  const placeOf = (key: number): number => {
    let place = 2 * Math.floor((key >>> 0) * 2 ** -32 * (slots.length / 2));
    while (slots[place + 1] !== 0 && slots[place] !== key)
      place = place + 2 === slots.length ? 0 : place + 2;
    return place;
  };
  const putAll = (smaller: Int32Array): void => {
    for (let at = 0; at < smaller.length; at += 2) {
      if (smaller[at + 1] === 0) continue;
      const place = placeOf(smaller[at] as number);
      slots[place] = smaller[at] as number;
      slots[place + 1] = smaller[at + 1] as number;
    }
  };
  const grow = (): void => {
    const smaller = slots;
    slots = new Int32Array(2 * Math.ceil((growth * smaller.length) / 2));
    if (move === undefined) putAll(smaller);
    else move(smaller, slots);
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
      if (last === 0 && isFull(++count)) grow();
      return last;
    },
    makeRoom(more) {
      while (isFull(count + more)) grow();
      return count;
    },
    filled(entries) {
      count = entries;
    },
    close() {
      slots.buffer.transfer(0);
    },
  };
}
