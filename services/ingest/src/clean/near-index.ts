import type { SlotFetch } from '@lathe/row-reader/slot-fetch';
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
type NearOptions = { readonly limits?: NearLimits; readonly fetchSlots?: SlotFetch | undefined };

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
  /** Tells which bands come next, as `expect` of band-table.ts. */
  expect(numbers: Uint32Array, starts: Int32Array): void;
  /** Shingles of the form that most of the first texts fill in; none of few texts. */
  forms(): ReadonlySet<number>;
  /** Whether some texts were not kept, since there were too many. */
  isFull(): boolean;
  /** Gives its memory back at once: nothing is asked of it any more. */
  close(): void;
};

/** An index of so many texts at most: its memory is about 220 bytes each; most shingles lie in the file, whose folder is there. */
export function createNearIndex(
  path: string,
  { limits = usualLimits, fetchSlots }: NearOptions = {},
): NearIndex {
  const kept = createNumberLists(path);
  const sketches = createOddSketches();
  const texts: number[] = [];
  const table = createBandTable(fetchSlots);
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
  const find = ({ shingles: wanted, bands }: Likeness): readonly number[] => {
    if (wanted.length === 0) return none;
    const places = table.find(bands, mostCompared);
    if (places.size === 0) return none;
    const found: number[] = [];
    const sketch = sketches.of(wanted);
    for (const place of places) {
      // Most texts of a band have too little in common, and need not be read again to see it.
      if (sketches.mostJaccard(sketch, place) < nearJaccard) continue;
      if (isAlike(wanted, kept.list(place))) found.push(texts[place] as number);
    }
    return found.sort((a, b) => a - b);
  };
  return {
    find,
    expect: table.expect,
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
      if (texts.length >= limits.texts || shingles + own.length > limits.shingles) {
        isFull = true;
        return found;
      }
      texts.push(text);
      kept.add(own);
      sketches.add(own);
      table.add(bands);
      shingles += own.length;
      return found;
    },
  };
}
