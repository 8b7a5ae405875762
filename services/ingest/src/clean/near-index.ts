import type { BandSlots } from '@lathe/row-reader/band-slots';
import { createBandTable } from './band-table.ts';
import { createNumberLists } from './number-lists.ts';
import { createOddSketches } from './odd-sketches.ts';
import { jaccard, nearJaccard } from './shingles.ts';

type NearLimits = {
  /** Most texts that others are compared with, and most shingles of them in all. */
  readonly texts: number;
  readonly shingles: number;
};
const usualLimits: NearLimits = { texts: 250_000, shingles: 16_000_000 };
type NearOptions = { readonly limits?: NearLimits; readonly bandSlots?: BandSlots | undefined };

/** Rows that come one after another: of row i shingles from `starts[i]` up to `bandStarts[i]`, and there its bands, where it has shingles. */
export type ComingRows = {
  readonly numbers: Uint32Array;
  readonly starts: Int32Array;
  readonly bandStarts: Int32Array;
};

/** Texts that one is compared with. */
const mostCompared = 256;

/** What more than half of the first texts say, from so many on, is a form that is filled in, and makes none alike. */
const formTexts = 20;
const countedTexts = 1000;

/** Of most texts there is no other. */
const none: readonly number[] = [];

/** What tells whether texts are alike (shingles.ts, minhash.ts). */
export type Likeness = { readonly shingles: Uint32Array; readonly bands: Uint32Array };

/** Finds those among the texts before that a text is a near duplicate of. */
export type NearIndex = {
  /** Numbers of the texts before that are alike, in their order; the text is kept under the number given. */
  add(text: number, likeness: Likeness): readonly number[];
  /** The same without keeping it. */
  find(likeness: Likeness): readonly number[];
  /** Rows at a time, where C looks their bands up. */
  readonly coming: NearComing | undefined;
  /** Shingles of the form that most of the first texts fill in; none of few texts. */
  forms(): ReadonlySet<number>;
  /** Whether some texts were not kept, since there were too many. */
  isFull(): boolean;
  /** Gives its memory back at once: nothing is asked of it any more. */
  close(): void;
};

/** The same of rows that come, each to be asked of in its turn, before any other is added or found. */
type NearComing = {
  /** Looks at all of them at once: to keep those that are wanted, which others are not looked at for, or to keep none. */
  expect(rows: ComingRows, isWanted: ((row: number) => boolean) | undefined): void;
  /** What `add` gives of one that is wanted. */
  add(row: number, text: number, of: { readonly likeness: Likeness }): readonly number[];
  /** What `find` gives, where none is kept. */
  find(row: number, of: { readonly likeness: Likeness }): readonly number[];
};

/** An index of so many texts at most: its memory is about 220 bytes each; most shingles lie in the file, whose folder is there. */
export function createNearIndex(
  path: string,
  { limits = usualLimits, bandSlots }: NearOptions = {},
): NearIndex {
  const kept = createNumberLists(path);
  const sketches = createOddSketches();
  const texts: number[] = [];
  const table = createBandTable(bandSlots);
  let shingles = 0;
  let isFull = false;
  const frequencies = new Map<number, number>();
  let counted = 0;
  const isOwn = (shingle: number): boolean => (frequencies.get(shingle) ?? 0) * 2 <= counted;
  const isAlike = (a: Uint32Array, b: Uint32Array): boolean =>
    jaccard(a, b) >= nearJaccard &&
    (counted < formTexts || jaccard(a.filter(isOwn), b.filter(isOwn)) >= nearJaccard);
  const count = (own: Uint32Array): void => {
    if (counted === countedTexts) return;
    counted++;
    for (const shingle of own) frequencies.set(shingle, (frequencies.get(shingle) ?? 0) + 1);
  };
  /** Those that are alike among the texts of those places. */
  const alikeAmong = (places: ReadonlySet<number>, wanted: Uint32Array): readonly number[] => {
    const found: number[] = [];
    const sketch = sketches.of(wanted);
    for (const place of places) {
      // Most texts of a band have too little in common, and need not be read again to see it.
      if (sketches.mostJaccard(sketch, place) < nearJaccard) continue;
      if (isAlike(wanted, kept.list(place))) found.push(texts[place] as number);
    }
    return found.sort((a, b) => a - b);
  };
  const find = ({ shingles: wanted, bands }: Likeness): readonly number[] => {
    if (wanted.length === 0) return none;
    const places = table.find(bands, mostCompared);
    return places.size === 0 ? none : alikeAmong(places, wanted);
  };
  /** Whether there is room for one more of so many shingles, beside so many texts and shingles. */
  const hasRoom = (own: number, beside: NearLimits): boolean =>
    beside.texts < limits.texts && beside.shingles + own <= limits.shingles;
  const keep = (text: number, own: Uint32Array): void => {
    texts.push(text);
    kept.add(own);
    sketches.add(own);
    shingles += own.length;
  };
  /** Of each row that comes the number from 1 that it is kept under: 0 where it is not kept, and -1 where it is not looked at. */
  let entries: Int32Array = new Int32Array();
  const foundAt = (row: number, of: { readonly likeness: Likeness }): readonly number[] => {
    if ((entries[row] as number) < 0) return none;
    const places = table.taken(row, mostCompared);
    return places.size === 0 ? none : alikeAmong(places, of.likeness.shingles);
  };
  const { take } = table;
  return {
    find,
    forms: () =>
      new Set(counted < formTexts ? [] : frequencies.keys().filter((shingle) => !isOwn(shingle))),
    isFull: () => isFull,
    close() {
      for (const each of [table, kept, sketches]) each.close();
    },
    add(text, likeness) {
      const found = find(likeness);
      const { shingles: own, bands } = likeness;
      if (own.length === 0) return found;
      count(own);
      if (!hasRoom(own.length, { texts: texts.length, shingles })) {
        isFull = true;
        return found;
      }
      keep(text, own);
      table.add(bands);
      return found;
    },
    coming: take && {
      expect({ numbers, starts, bandStarts }, isWanted) {
        const beside = { texts: texts.length, shingles };
        entries = starts.map((start, row) => {
          const own = (bandStarts[row] as number) - start;
          if (own === 0 || isWanted?.(row) === false) return -1;
          if (isWanted === undefined || !hasRoom(own, beside)) return 0;
          beside.shingles += own;
          return ++beside.texts;
        });
        take({ numbers, starts: bandStarts, entries });
      },
      add(row, text, of) {
        const found = foundAt(row, of);
        const entry = entries[row] as number;
        if (entry < 0) return found;
        if (counted < countedTexts) count(of.likeness.shingles);
        if (entry > 0) keep(text, of.likeness.shingles);
        else isFull = true;
        return found;
      },
      find: foundAt,
    },
  };
}
