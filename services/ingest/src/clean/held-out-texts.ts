import { shinglesAt, type WordColumns } from './row-words.ts';
import { createShingleNumbers } from './shingle-numbers.ts';
import { jaccard, nearJaccard } from './shingles.ts';
import { inOrder } from './sort-hashes.ts';

/** Shingles that are kept of all texts together. */
const usualMost = 4 * 2 ** 20;

/** The texts that are kept, in arrays for who looks at many rows at once. */
type KeptTexts = {
  /** Shingles, and beside each from 1 its rank, with `hasEntries` where it has some; a bit for each shingle (shingle-numbers.ts). */
  readonly slots: Uint32Array;
  readonly bits: Uint32Array;
  /** Of each rank the newest entry, and entries from 1: a text, and the entry before. */
  readonly heads: Int32Array;
  readonly entries: Int32Array;
  /** The shingles of all texts, and where those of each end. */
  readonly shingles: Uint32Array;
  readonly ends: Int32Array;
  /** The look for which each was compared last. */
  readonly compared: Int32Array;
};

/** Tells of each row the text that it nearly says, or -1, as `find` does where there are no forms. The look of row i is `look + i`. */
export type NearFinder = (
  kept: KeptTexts,
  rows: Pick<WordColumns, 'shingles' | 'shingleEnds'>,
  look: number,
) => Int32Array;

/** Finds every text that is a near duplicate of one that is kept, and not only most of them: for the side that is scored, which is small. */
export type HeldOutTexts = {
  /** Keeps the shingles of a text that is to be scored, which stands on that line. */
  keep(shingles: Uint32Array, line: number): void;
  /** To be called once all are kept, before any is looked for; `breathe` is called between texts. */
  settle(breathe: () => Promise<void>): Promise<void>;
  /** The line of one that is kept and nearly says the same; undefined where none does. */
  find(shingles: Uint32Array): number | undefined;
  /** The same of each of many rows. */
  findAll(rows: Pick<WordColumns, 'shingles' | 'shingleEnds'>): (number | undefined)[];
  /** Whether all were kept. */
  isComplete(): boolean;
};

type HeldOutOptions = {
  readonly most?: number;
  /** Finds texts for many rows at once, where there is such a way. */
  readonly findNear?: NearFinder | undefined;
};

/**
 * Exact, by prefixes (Chaudhuri and others 2006, "A primitive operator for similarity joins"): of two sets whose Jaccard index
 * is t or more, each has t of its elements in the other, so that both have one in common among their first n - ⌈t·n⌉ + 1, in any one
 * order of all elements. The rarest come first here, and what no kept text has before all, so that most texts need no comparison.
 *
 * What stands in a form that rows fill in (`forms`) counts for nothing, but where texts say nothing else.
 */
export function createHeldOutTexts(
  forms: ReadonlySet<number>,
  { most = usualMost, findNear }: HeldOutOptions = {},
): HeldOutTexts {
  /** Elements by their shingles: in the order of their coming, and once settled by their ranks, the rarest first. */
  const numbers = createShingleNumbers();
  /** Of each element how many texts have it. */
  let holders = new Int32Array(1024);
  /** Of each rank the newest entry of those texts that have it among their first ones. */
  let heads = new Int32Array();
  /** Entries from 1, in pairs: the text, and the entry before of the same rank. */
  let entries = new Int32Array();
  const lines: number[] = [];
  let kept = new Uint32Array(1024);
  let ends = new Int32Array(64);
  const lastEnd = (): number => ends[lines.length - 1] ?? 0;
  const textAt = (text: number): Uint32Array => kept.subarray(ends[text - 1] ?? 0, ends[text]);
  let isFull = false;
  /** The text for which each was compared last. */
  let compared = new Int32Array();
  let looks = 0;
  let ranks = new Uint32Array(1024);
  /** Ranks are spread over all numbers, which are put in order by their upper bits. */
  let spread = 0;

  const keysOf = (shingles: Uint32Array): Uint32Array => {
    if (forms.size === 0) return shingles;
    const own = shingles.filter((shingle) => !forms.has(shingle));
    return own.length === 0 ? shingles : own;
  };
  const isAlike = (a: Uint32Array, b: Uint32Array): boolean =>
    mayBeNear(a.length, b.length) &&
    jaccard(a, b) >= nearJaccard &&
    (forms.size === 0 || jaccard(keysOf(a), keysOf(b)) >= nearJaccard);
  /** The ranks of those that are known, the rarest first; undefined where so many are not, among the first. */
  const ranksOf = (keys: Uint32Array, mostUnknown: number): Uint32Array | undefined => {
    if (ranks.length < keys.length) ranks = new Uint32Array(2 * keys.length);
    let known = 0;
    for (let at = 0; at < keys.length; at++) {
      const number = numbers.get(keys[at] as number);
      if (number >= 0) ranks[known++] = (number & ~hasEntries) << spread;
      else if (at - known >= mostUnknown) return undefined;
    }
    const found = ranks.subarray(0, known);
    // Ranks of long texts may stand close together.
    return known > mostSpread ? found.sort() : inOrder(found);
  };

  const find = (shingles: Uint32Array): number | undefined => {
    if (lines.length === 0 || shingles.length === 0) return undefined;
    const keys = keysOf(shingles);
    const first = firstOf(keys.length);
    const found = ranksOf(keys, first - 1);
    if (found === undefined) return undefined;
    looks++;
    const last = first - (keys.length - found.length);
    for (let at = 0; at < last && at < found.length; at++)
      for (let entry = heads[(found[at] as number) >>> spread] as number; entry > 0; ) {
        const text = entries[2 * entry] as number;
        entry = entries[2 * entry + 1] as number;
        if (compared[text] === looks) continue;
        compared[text] = looks;
        if (isAlike(shingles, textAt(text))) return lines[text];
      }
    return undefined;
  };

  return {
    isComplete: () => !isFull,
    keep(shingles, line) {
      if (shingles.length === 0) return;
      const [start, end] = [lastEnd(), lastEnd() + shingles.length];
      if (end > most) {
        isFull = true;
        return;
      }
      while (end > kept.length) kept = grown(kept);
      if (lines.length === ends.length) ends = grown(ends);
      kept.set(shingles, start);
      ends[lines.length] = end;
      lines.push(line);
      for (const shingle of keysOf(shingles)) {
        const element = numbers.note(shingle);
        if (element === holders.length) holders = grown(holders);
        holders[element] = (holders[element] as number) + 1;
      }
    },
    async settle(breathe) {
      const elements = numbers.count();
      numbers.renumber(ranksBy(holders, elements));
      holders = new Int32Array();
      spread = Math.clz32(elements);
      heads = new Int32Array(elements);
      compared = new Int32Array(lines.length);
      entries = new Int32Array(1024);
      let next = 1;
      for (let text = 0; text < lines.length; text++) {
        await breathe();
        const keys = keysOf(textAt(text));
        const found = ranksOf(keys, keys.length) as Uint32Array;
        for (let at = 0; at < firstOf(keys.length); at++) {
          const rank = (found[at] as number) >>> spread;
          if (2 * next === entries.length) entries = grown(entries);
          entries[2 * next] = text;
          entries[2 * next + 1] = heads[rank] as number;
          heads[rank] = next++;
        }
      }
      numbers.renumber(heads.map((entry, rank) => (entry === 0 ? rank : rank + hasEntries)));
    },
    find,
    findAll(rows) {
      const count = rows.shingleEnds.length;
      if (lines.length === 0) return Array.from({ length: count }, () => undefined);
      if (findNear === undefined || forms.size > 0)
        return Array.from({ length: count }, (_, row) => find(shinglesAt(rows, row)));
      const texts = { ...numbers.tables(), ...{ heads, entries, shingles: kept, ends, compared } };
      const found = findNear(texts, rows, looks + 1);
      looks += count;
      return Array.from(found, (text) => lines[text]);
    },
  };
}

/** Beside the rank of what is among the first ones of any text. */
const hasEntries = 2 ** 30;

/** Ranks up to so many are put in order by their upper bits. */
const mostSpread = 512;

/** Of each element its place among all, those that the fewest texts have first, and of them the earlier. */
function ranksBy(holders: Int32Array, elements: number): Int32Array {
  let mostHolders = 0;
  for (let at = 0; at < elements; at++) mostHolders = Math.max(mostHolders, holders[at] as number);
  const places = new Int32Array(mostHolders + 2);
  for (let at = 0; at < elements; at++) {
    const next = (holders[at] as number) + 1;
    places[next] = (places[next] as number) + 1;
  }
  for (let at = 1; at < places.length; at++)
    places[at] = (places[at] as number) + (places[at - 1] as number);
  const ranks = new Int32Array(elements);
  for (let at = 0; at < elements; at++) {
    const count = holders[at] as number;
    const place = places[count] as number;
    ranks[at] = place;
    places[count] = place + 1;
  }
  return ranks;
}

/** Whether sets of so many could be near duplicates, of which the smaller one holds all that they share. */
function mayBeNear(a: number, b: number): boolean {
  return Math.min(a, b) >= nearJaccard * Math.max(a, b) - 1e-9;
}

/** Of so many elements those among which a near duplicate has one too. */
function firstOf(count: number): number {
  return count - Math.ceil(nearJaccard * count - 1e-9) + 1;
}

function grown<Numbers extends Int32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>>(
  numbers: Numbers,
): Numbers {
  const Made = numbers.constructor as new (length: number) => Numbers;
  const larger = new Made(2 * numbers.length);
  larger.set(numbers);
  return larger;
}
