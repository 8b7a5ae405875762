/** Byte-pair merges with integer keys: an open-addressing table from (left, right) to rank and result. */
export type MergeTable = {
  /** The rank of a merge, or `noMerge`; lower ranks merge first. */
  rank(left: number, right: number): number;
  /** The token that the merge of this rank gives. */
  result(rank: number): number;
};

const noMerge = 0x7fffffff;

/** `merges[i]` = [left, right, result] has rank i. */
export function createMergeTable(
  merges: readonly (readonly [number, number, number])[],
): MergeTable {
  let size = 16;
  while (size < merges.length * 2) size *= 2;
  const mask = size - 1;
  const lefts = new Int32Array(size).fill(-1);
  const rights = new Int32Array(size);
  const ranks = new Int32Array(size);
  const results = new Int32Array(merges.length);
  const slot = (left: number, right: number): number => {
    let at = (Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b)) >>> 0;
    at = (at ^ (at >>> 15)) & mask;
    while (lefts[at] !== -1 && (lefts[at] !== left || rights[at] !== right)) at = (at + 1) & mask;
    return at;
  };
  merges.forEach(([left, right, result], rank) => {
    const at = slot(left, right);
    lefts[at] = left;
    rights[at] = right;
    ranks[at] = rank; // a pair listed twice keeps its last rank, as in the reference implementation
    results[rank] = result;
  });
  return {
    rank: (left, right) => {
      const at = slot(left, right);
      return lefts[at] === -1 ? noMerge : ranks[at]!;
    },
    result: (rank) => results[rank]!,
  };
}

/** Above this length the scan's quadratic time shows, and a heap takes over. */
const longestScan = 40;

/** Applies the merges to the tokens of one word, lowest rank first and leftmost among equals; in place. */
export function mergeWord(tokens: number[], table: MergeTable): number[] {
  return tokens.length <= longestScan ? mergeByScan(tokens, table) : mergeByHeap(tokens, table);
}

export function mergeByScan(tokens: number[], table: MergeTable): number[] {
  for (;;) {
    let best = noMerge;
    let at = -1;
    for (let i = 0; i + 1 < tokens.length; i++) {
      const rank = table.rank(tokens[i]!, tokens[i + 1]!);
      if (rank < best) {
        best = rank;
        at = i;
      }
    }
    if (at < 0) return tokens;
    tokens[at] = table.result(best);
    tokens.splice(at + 1, 1);
  }
}

/** The same in O(n log n): a linked list of tokens and a heap of candidate merges, stale ones skipped. */
export function mergeByHeap(tokens: number[], table: MergeTable): number[] {
  const count = tokens.length;
  const token = Int32Array.from(tokens);
  const next = Int32Array.from(tokens, (_, i) => (i + 1 < count ? i + 1 : -1));
  const previous = Int32Array.from(tokens, (_, i) => i - 1);
  // One number orders by rank and then by position; both fit, as ranks and positions stay below 2^26.
  const heap = new NumberHeap();
  const consider = (left: number): void => {
    const right = left < 0 ? -1 : next[left]!;
    if (right < 0) return;
    const rank = table.rank(token[left]!, token[right]!);
    if (rank !== noMerge) heap.push(rank * positionRange + left);
  };
  for (let i = 0; i + 1 < count; i++) consider(i);
  for (let top = heap.pop(); top !== undefined; top = heap.pop()) {
    const left = top % positionRange;
    const rank = Math.floor(top / positionRange);
    const right = next[left]!;
    const isStale =
      token[left] === -1 || right < 0 || table.rank(token[left]!, token[right]!) !== rank;
    if (isStale) continue;
    token[left] = table.result(rank);
    token[right] = -1;
    const after = next[right]!;
    next[left] = after;
    if (after >= 0) previous[after] = left;
    consider(previous[left]!);
    consider(left);
  }
  return Array.from(token.filter((id) => id !== -1));
}

const positionRange = 2 ** 27;

/** A binary min-heap of numbers. */
class NumberHeap {
  readonly #items: number[] = [];

  push(value: number): void {
    const items = this.#items;
    let at = items.length;
    items.push(value);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (items[parent]! <= value) break;
      items[at] = items[parent]!;
      at = parent;
    }
    items[at] = value;
  }

  pop(): number | undefined {
    const items = this.#items;
    const top = items[0];
    const value = items.pop();
    if (value === undefined || items.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && items[child + 1]! < items[child]!) child++;
      if (items[child]! >= value) break;
      items[at] = items[child]!;
      at = child;
    }
    items[at] = value;
    return top;
  }
}
