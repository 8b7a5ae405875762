export type WindowPlan = {
  readonly windowTokens: number;
  readonly windows: number;
  /** Share of the windows' room that holds tokens. */
  readonly filled: number;
};

/**
 * How many windows examples take when they are packed best-fit decreasing, for the report; `sizes` are how many there are of each
 * length, none of which may exceed `windowTokens`.
 */
export function planWindows(sizes: ReadonlyMap<number, number>, windowTokens: number): WindowPlan {
  // Open windows by the room they have left.
  const open = new Int32Array(windowTokens + 1);
  let windows = 0;
  for (const size of [...sizes.keys()].sort((a, b) => b - a)) {
    let left = sizes.get(size) ?? 0;
    // Rooms only shrink while one size is placed, so the search goes on where it was.
    for (let room = size; left > 0; ) {
      while (room < windowTokens && open[room] === 0) room++;
      if (room >= windowTokens) {
        const each = Math.floor(windowTokens / size);
        const full = Math.floor(left / each);
        windows += full;
        add(open, windowTokens - each * size, full);
        left -= full * each;
        if (left > 0) {
          windows++;
          add(open, windowTokens - left * size, 1);
          left = 0;
        }
      } else {
        const each = Math.min(Math.floor(room / size), left);
        const count = Math.min(open[room] ?? 0, Math.floor(left / each));
        add(open, room, -count);
        add(open, room - each * size, count);
        left -= count * each;
      }
    }
  }
  let tokens = 0;
  for (const [size, count] of sizes) tokens += size * count;
  return {
    windowTokens,
    windows,
    filled: windows === 0 ? 0 : tokens / (windows * windowTokens),
  };
}

function add(counts: Int32Array, at: number, change: number): void {
  counts[at] = (counts[at] ?? 0) + change;
}
