/** Token sequences in the order of their tokens, of which each begins as the one before it does. */
export type SortedSequences = {
  /** Indices of the sequences. */
  readonly order: Int32Array;
  /** How many first tokens each has in common with the one before it in `order`; 0 for the first. */
  readonly shared: Int32Array;
};

/**
 * Brings sequences that begin alike together: sorted by their tokens, so that no other order has more in common between
 * neighbours, and laid out in it every beginning that several have is there once. Equal ones keep their order.
 */
export function sortByTokens(sequences: readonly Int32Array[]): SortedSequences {
  const count = sequences.length;
  const first = sequences[0] ?? new Int32Array();
  // Most sequences of a step begin alike: what all have in common needs no second look.
  const common = sequences.reduce(
    (least, sequence) => Math.min(least, commonTokens(first, sequence)),
    first.length,
  );
  const order = Int32Array.from({ length: count }, (_, index) => index).sort((a, b) => {
    const [one, other] = [sequences[a] as Int32Array, sequences[b] as Int32Array];
    const at = commonTokens(one, other, common);
    return (one[at] ?? -1) - (other[at] ?? -1) || a - b;
  });
  const shared = new Int32Array(count);
  for (let at = 1; at < count; at++)
    shared[at] = commonTokens(
      sequences[order[at - 1] as number] as Int32Array,
      sequences[order[at] as number] as Int32Array,
      common,
    );
  return { order, shared };
}

/** Sequences as they come, of which none shares anything. */
export function apart(sequences: readonly Int32Array[]): SortedSequences {
  const { length } = sequences;
  return {
    order: Int32Array.from({ length }, (_, index) => index),
    shared: new Int32Array(length),
  };
}

/** How many tokens the sequences of one example take when each beginning is laid out once. */
export function sharedSize(sequences: readonly Int32Array[]): number {
  if (sequences.length === 1) return sequences[0]?.length ?? 0;
  const { shared } = sortByTokens(sequences);
  const whole = sequences.reduce((sum, { length }) => sum + length, 0);
  return shared.reduce((rest, count) => rest - count, whole);
}

/** Something to lay into windows: its own size, and how much of it the one before it in the order has too. */
export type SharingUnit = {
  readonly size: number;
  readonly shared: number;
  /** Room that it takes of a window's second measure, which nothing shares; 0 when absent. */
  readonly targets?: number | undefined;
};

/** Room of a window. */
export type WindowRoom = {
  readonly tokens: number;
  readonly targets?: number | undefined;
  /** Most units in it. */
  readonly members?: number | undefined;
};

type OpenWindow = {
  readonly members: number[];
  tokens: number;
  targets: number;
  /** What the last of its members has in common with the unit that is laid next. */
  shared: number;
};

/**
 * Lays units, in their order, into windows: each into the one with which it has most in common of those with room for
 * it, of equal ones the fullest. Returns each window's indices into `units`. Throws RangeError when one fits no window.
 */
export function packShared(units: readonly SharingUnit[], room: WindowRoom): number[][] {
  const { tokens, targets = Number.POSITIVE_INFINITY, members = units.length } = room;
  const windows: OpenWindow[] = [];
  for (const [index, unit] of units.entries()) {
    const own = unit.targets ?? 0;
    if (unit.size > tokens || own > targets)
      throw new RangeError(`a length of ${unit.size} does not fit a window of ${tokens}`);
    let best: OpenWindow | undefined;
    for (const window of windows) {
      window.shared = Math.min(window.shared, unit.shared);
      const isOpen =
        window.tokens + unit.size - window.shared <= tokens &&
        window.targets + own <= targets &&
        window.members.length < members;
      if (isOpen && (best === undefined || comesBefore(window, best))) best = window;
    }
    if (best === undefined) {
      best = { members: [], tokens: 0, targets: 0, shared: 0 };
      windows.push(best);
    }
    best.members.push(index);
    best.tokens += unit.size - best.shared;
    best.targets += own;
    best.shared = Number.POSITIVE_INFINITY;
  }
  return windows.map((window) => window.members);
}

function comesBefore(one: OpenWindow, other: OpenWindow): boolean {
  return one.shared > other.shared || (one.shared === other.shared && one.tokens > other.tokens);
}

/** How many first tokens two sequences have in common, of which so many are known. */
function commonTokens(one: Int32Array, other: Int32Array, known = 0): number {
  const most = Math.min(one.length, other.length);
  let at = known;
  while (at < most && one[at] === other[at]) at++;
  return at;
}
