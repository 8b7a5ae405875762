export type LearnOptions = {
  /** The smallest tokens of a word, in their order. */
  tokensOf: (word: string) => number[];
  /** The text of an entry that two others are merged to. */
  joined: (left: string, right: string) => string;
  /** The vocabulary so far, by id; merged entries are appended. */
  entries: string[];
  vocabularySize: number;
  minimumCount: number;
};

type Pair = { left: number; right: number; count: number; words: Set<number> };

/**
 * The merges, "left right" in order, that BPE learns from counted words. Only the words that hold the
 * merged pair are looked at again, so the cost follows the changes and not the corpus.
 */
export function learnMerges(counts: ReadonlyMap<string, number>, options: LearnOptions): string[] {
  const { tokensOf, joined, entries, vocabularySize, minimumCount } = options;
  // Sorted, so that the order in which texts came has no influence.
  const sorted = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  const words = sorted.map(([word]) => tokensOf(word));
  const weights = sorted.map(([, count]) => count);
  const known = new Set(entries);
  const pairs = new PairCounts();
  words.forEach((word, at) => {
    for (let i = 0; i + 1 < word.length; i++) pairs.add(word[i]!, word[i + 1]!, weights[at]!, at);
  });
  const merges: string[] = [];
  while (entries.length < vocabularySize) {
    const best = pairs.takeBest();
    if (best === undefined || best.count < minimumCount) break;
    const { left, right } = best;
    const entry = joined(entries[left]!, entries[right]!);
    // Two merge paths to one entry, or a special token spelt out: a second id for it would be ambiguous.
    if (known.has(entry)) continue;
    const token = entries.length;
    entries.push(entry);
    known.add(entry);
    merges.push(`${entries[left]} ${entries[right]}`);
    for (const at of best.words) {
      const word = words[at]!;
      const weight = weights[at]!;
      const merged = mergePair(word, left, right, token);
      if (merged.length === word.length) continue;
      for (let i = 0; i + 1 < word.length; i++) pairs.add(word[i]!, word[i + 1]!, -weight, at);
      for (let i = 0; i + 1 < merged.length; i++) pairs.add(merged[i]!, merged[i + 1]!, weight, at);
      words[at] = merged;
    }
    pairs.settle();
  }
  return merges;
}

function mergePair(word: readonly number[], left: number, right: number, token: number): number[] {
  const merged: number[] = [];
  for (let i = 0; i < word.length; i++) {
    const isPair = word[i] === left && word[i + 1] === right;
    merged.push(isPair ? token : word[i]!);
    if (isPair) i++;
  }
  return merged;
}

/** Counts of adjacent pairs, with the most frequent one at hand: a heap whose stale entries are skipped. */
class PairCounts {
  readonly #pairs = new Map<number, Pair>();
  readonly #changed = new Set<Pair>();
  readonly #heap: { pair: Pair; count: number }[] = [];
  readonly #taken = new Set<Pair>();
  #isFilled = false;

  add(left: number, right: number, weight: number, word: number): void {
    const key = left * 2 ** 26 + right;
    let pair = this.#pairs.get(key);
    if (pair === undefined) {
      pair = { left, right, count: 0, words: new Set() };
      this.#pairs.set(key, pair);
    }
    pair.count += weight;
    if (weight > 0) pair.words.add(word);
    this.#changed.add(pair);
  }

  /** Puts the pairs whose counts changed back in order. */
  settle(): void {
    for (const pair of this.#changed) {
      if (pair.count > 0 && !this.#taken.has(pair)) this.#push({ pair, count: pair.count });
    }
    this.#changed.clear();
  }

  takeBest(): Pair | undefined {
    if (!this.#isFilled) this.settle();
    this.#isFilled = true;
    for (let top = this.#pop(); top !== undefined; top = this.#pop()) {
      if (top.count !== top.pair.count || this.#taken.has(top.pair)) continue;
      this.#taken.add(top.pair);
      return top.pair;
    }
    return undefined;
  }

  #push(item: { pair: Pair; count: number }): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(item);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (isBefore(heap[parent]!, item)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = item;
  }

  #pop(): { pair: Pair; count: number } | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const item = heap.pop();
    if (item === undefined || heap.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (isBefore(item, heap[child]!)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = item;
    return top;
  }
}

type Counted = { pair: Pair; count: number };

function isBefore(a: Counted, b: Counted): boolean {
  if (a.count !== b.count) return a.count > b.count;
  if (a.pair.left !== b.pair.left) return a.pair.left < b.pair.left;
  return a.pair.right < b.pair.right;
}
