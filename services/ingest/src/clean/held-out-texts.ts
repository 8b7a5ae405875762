import type { KeptTexts } from '@lathe/row-reader/row-look';
import { createFirstElements, isFirst } from './first-elements.ts';
import { createShingleNumbers } from './shingle-numbers.ts';
import { jaccard, mostShingles, nearJaccard } from './shingles.ts';
import { inOrder } from './sort-hashes.ts';

/** Shingles that are kept of all texts together. */
const usualMost = 4 * 2 ** 20;

/** Finds every text that is a near duplicate of one that is kept, and not only most of them: for the side that is scored, which is small. */
export type HeldOutTexts = {
  /** Keeps the shingles of a text that is to be scored, which stands on that line. */
  keep(shingles: Uint32Array, line: number): void;
  /** To be called once all are kept, before any is looked for; `breathe` is called between texts. */
  settle(breathe: () => Promise<void>): Promise<void>;
  /** The line of one that is kept and nearly says the same; undefined where none does. */
  find(shingles: Uint32Array): number | undefined;
  /** For who looks at so many rows at once; undefined where forms count for nothing, which only `find` knows of. */
  kept(rows: number): KeptTexts | undefined;
  /** The line of one of those texts. */
  lineOf(text: number): number;
  /** Whether all were kept. */
  isComplete(): boolean;
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
  most: number = usualMost,
): HeldOutTexts {
  /** Elements by their shingles, in the order of their coming. */
  let numbers = createShingleNumbers();
  let elements = createFirstElements(numbers, new Int32Array());
  /** Of each element how many texts have it. */
  let holders = new Int32Array(1024);
  let starts = new Int32Array(1);
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
  const ranks = new Uint32Array(mostShingles);
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
  /** Puts the first ranks in order, of which there are so many. */
  const inRankOrder = (count: number): Uint32Array => {
    const found = ranks.subarray(0, count);
    // Ranks of long texts may stand close together.
    return count > mostSpread ? found.sort() : inOrder(found);
  };
  /** The first ones of a text, by their ranks among all elements. */
  const firstsOf = (text: number, rankOf: Int32Array): Uint32Array => {
    const keys = keysOf(textAt(text));
    numbers.expect(keys);
    for (let at = 0; at < keys.length; at++)
      ranks[at] = (rankOf[numbers.get(keys[at] as number)] as number) << spread;
    return inRankOrder(keys.length).subarray(0, firstOf(keys.length));
  };

  const find = (shingles: Uint32Array): number | undefined => {
    if (lines.length === 0 || shingles.length === 0) return undefined;
    const keys = keysOf(shingles);
    const first = firstOf(keys.length);
    let [unknown, known] = [0, 0];
    for (let at = 0; at < keys.length; at++) {
      const key = keys[at] as number;
      const marks = elements.marksOf(key);
      if (marks === 0 && ++unknown === first) return undefined;
      const rank = (marks & isFirst) === 0 ? -1 : elements.rankOf(key);
      if (rank >= 0) ranks[known++] = rank << spread;
    }
    looks++;
    const found = inRankOrder(known);
    // Elements that are known but first of no text come among these too, so that they are more than are needed, if anything.
    const last = Math.min(first - unknown, known);
    for (let at = 0; at < last; at++) {
      const rank = (found[at] as number) >>> spread;
      for (let entry = starts[rank] as number; entry < (starts[rank + 1] as number); entry++) {
        const text = entries[entry] as number;
        if (compared[text] === looks) continue;
        compared[text] = looks;
        if (isAlike(shingles, textAt(text))) return lines[text];
      }
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
      const keys = keysOf(shingles);
      numbers.expect(keys);
      for (let at = 0; at < keys.length; at++) {
        const element = numbers.note(keys[at] as number);
        if (element === holders.length) holders = grown(holders);
        holders[element] = (holders[element] as number) + 1;
      }
    },
    async settle(breathe) {
      const count = numbers.count();
      const rankOf = ranksBy(holders, count);
      holders = new Int32Array();
      spread = Math.clz32(count);
      compared = new Int32Array(lines.length);
      // First how many texts have each rank, and then, each one place before the one that came before it, which texts.
      const ends = new Int32Array(count + 1);
      let firsts = new Int32Array(1024);
      const firstEnds = new Int32Array(lines.length);
      let end = 0;
      for (let text = 0; text < lines.length; text++) {
        await breathe();
        for (const spreadRank of firstsOf(text, rankOf)) {
          const rank = spreadRank >>> spread;
          ends[rank] = (ends[rank] as number) + 1;
          if (end === firsts.length) firsts = grown(firsts);
          firsts[end++] = rank;
        }
        firstEnds[text] = end;
      }
      // Only those that are first of a text keep a rank.
      const places = new Int32Array(count).fill(-1);
      let placed = 0;
      let sum = 0;
      for (let rank = 0; rank < count; rank++) {
        sum += ends[rank] as number;
        if ((ends[rank] as number) === 0) continue;
        places[rank] = placed;
        ends[placed++] = sum;
      }
      entries = new Int32Array(end);
      for (let text = 0, from = 0; text < lines.length; from = firstEnds[text++] as number) {
        for (let at = from; at < (firstEnds[text] as number); at++) {
          const place = places[firsts[at] as number] as number;
          const entry = (ends[place] as number) - 1;
          ends[place] = entry;
          entries[entry] = text;
        }
      }
      starts = ends.slice(0, placed + 1);
      starts[placed] = end;
      spread = Math.clz32(placed);
      elements = createFirstElements(
        numbers,
        rankOf.map((rank) => places[rank] as number),
      );
      numbers = createShingleNumbers();
    },
    find,
    lineOf: (text) => lines[text] as number,
    kept(rows) {
      if (forms.size > 0) return undefined;
      const look = looks + 1;
      looks += rows;
      return { ...elements.tables, ...{ starts, entries, shingles: kept, ends, compared, look } };
    },
  };
}

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
