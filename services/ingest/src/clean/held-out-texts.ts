import { createFirstPlaces } from '../first-places.ts';
import { jaccard, nearJaccard } from './shingles.ts';

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
  const numbers = createFirstPlaces();
  /** Of each element how many texts have it, and the newest entry of those that have it among their first ones. */
  let holders = new Int32Array(1024);
  let heads = new Int32Array();
  let elements = 0;
  /** Entries: the text, and the entry before of the same element; from 1. */
  let owners = new Int32Array();
  let before = new Int32Array();
  /** Bits of the elements by the last ones of their shingles: most shingles of other texts have none, and need not be looked up. */
  let bits = new Uint32Array(1);
  const texts: { readonly line: number; readonly shingles: Uint32Array }[] = [];
  let kept = 0;
  let isFull = false;
  /** The text for which each was compared last. */
  let compared = new Int32Array();
  let looks = 0;

  const keysOf = (shingles: Uint32Array): Uint32Array => {
    if (forms.size === 0) return shingles;
    const own = shingles.filter((shingle) => !forms.has(shingle));
    return own.length === 0 ? shingles : own;
  };
  const numberOf = (shingle: number): number => {
    const known = numbers.get(shingle);
    if (known !== undefined) return known;
    numbers.note(shingle, elements);
    if (elements === holders.length) holders = grown(holders);
    return elements++;
  };
  const inOrder = (found: number[]): number[] =>
    found.sort((a, b) => (holders[a] as number) - (holders[b] as number) || a - b);
  const isAlike = (a: Uint32Array, b: Uint32Array): boolean =>
    jaccard(a, b) >= nearJaccard &&
    (forms.size === 0 || jaccard(keysOf(a), keysOf(b)) >= nearJaccard);

  return {
    isComplete: () => !isFull,
    keep(shingles, line) {
      if (shingles.length === 0) return;
      if (kept + shingles.length > most) {
        isFull = true;
        return;
      }
      kept += shingles.length;
      texts.push({ line, shingles });
      for (const shingle of keysOf(shingles)) {
        const element = numberOf(shingle);
        holders[element] = (holders[element] as number) + 1;
      }
    },
    async settle(breathe) {
      heads = new Int32Array(elements);
      compared = new Int32Array(texts.length);
      owners = new Int32Array(1024);
      before = new Int32Array(1024);
      bits = new Uint32Array(
        2 ** Math.min(20, Math.ceil(Math.log2(1 + elements / bitsOfWord)) + spareBits),
      );
      let entries = 1;
      for (const [text, { shingles }] of texts.entries()) {
        await breathe();
        const keys = keysOf(shingles);
        for (const shingle of keys) {
          const word = wordOf(shingle, bits);
          bits[word] = (bits[word] as number) | (1 << shingle);
        }
        const found = inOrder(Array.from(keys, (shingle) => numbers.get(shingle) as number));
        for (const element of found.slice(0, firstOf(keys.length))) {
          if (entries === owners.length) [owners, before] = [grown(owners), grown(before)];
          owners[entries] = text;
          before[entries] = heads[element] as number;
          heads[element] = entries++;
        }
      }
    },
    find(shingles) {
      if (texts.length === 0 || shingles.length === 0) return undefined;
      const keys = keysOf(shingles);
      const first = firstOf(keys.length);
      const found: number[] = [];
      let unknown = 0;
      for (const shingle of keys) {
        const mayBe = ((bits[wordOf(shingle, bits)] as number) & (1 << shingle)) !== 0;
        const element = mayBe ? numbers.get(shingle) : undefined;
        if (element !== undefined) found.push(element);
        else if (++unknown >= first) return undefined;
      }
      looks++;
      for (const element of inOrder(found).slice(0, first - unknown))
        for (let entry = heads[element] as number; entry > 0; entry = before[entry] as number) {
          const text = owners[entry] as number;
          if (compared[text] === looks) continue;
          compared[text] = looks;
          const other = texts[text] as (typeof texts)[number];
          if (isAlike(shingles, other.shingles)) return other.line;
        }
      return undefined;
    },
  };
}

/** Bits of a number, and how many times more bits than elements there are, as a power of 2. */
const bitsOfWord = 32;
const spareBits = 3;

/** The number that has the bit of a shingle, which is the one that its last five bits say. */
function wordOf(shingle: number, bits: Uint32Array): number {
  return (shingle >>> 5) & (bits.length - 1);
}

/** Of so many elements those among which a near duplicate has one too. */
function firstOf(count: number): number {
  return count - Math.ceil(nearJaccard * count - 1e-9) + 1;
}

function grown(numbers: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * numbers.length);
  larger.set(numbers);
  return larger;
}
