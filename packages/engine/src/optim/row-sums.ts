/** Rows `[count, width]` to add at places `[count]` of a table's first axis; places may repeat. */
export type PlacedRows = {
  readonly places: Int32Array<ArrayBuffer>;
  readonly rows: Float32Array<ArrayBuffer>;
};

/** Adds rows to a whole table, in their order. */
export function addRows(table: Float32Array, { places, rows }: PlacedRows): void {
  if (places.length === 0) return;
  const width = rows.length / places.length;
  for (const [at, place] of places.entries()) addRow(table, place * width, rows, at * width, width);
}

/** The sum of rows at places of a table that is zero everywhere else, of which only the rows reached are kept. */
export class RowSums {
  readonly #width: number;
  /** Where a place's row lies among the kept ones. */
  readonly #kept = new Map<number, number>();
  #rows: Float32Array;

  /** For rows of `width` elements. */
  constructor(width: number) {
    this.#width = width;
    this.#rows = new Float32Array(0);
  }

  add({ places, rows }: PlacedRows): void {
    const width = this.#width;
    for (const [at, place] of places.entries()) {
      let kept = this.#kept.get(place);
      if (kept === undefined) {
        kept = this.#kept.size;
        this.#kept.set(place, kept);
        this.#reserve((kept + 1) * width, this.#rows.length + rows.length);
      }
      addRow(this.#rows, kept * width, rows, at * width, width);
    }
  }

  /** The rows reached, in no order, as one stretch. */
  reached(): Float32Array {
    return this.#rows.subarray(0, this.#kept.size * this.#width);
  }

  /**
   * Fills `block` with the table's elements from `start` on; both are whole rows. Returns whether any was reached;
   * a block that is known to be zero is spared the filling.
   */
  read(block: Float32Array, start: number, isZero: boolean): boolean {
    const width = this.#width;
    const first = start / width;
    let isReached = false;
    if (!isZero) block.fill(0);
    for (let row = 0; row < block.length / width; row++) {
      const kept = this.#kept.get(first + row);
      if (kept === undefined) continue;
      block.set(this.#rows.subarray(kept * width, (kept + 1) * width), row * width);
      isReached = true;
    }
    return isReached;
  }

  #reserve(needed: number, room: number): void {
    if (needed <= this.#rows.length) return;
    const grown = new Float32Array(Math.max(needed, room));
    grown.set(this.#rows);
    this.#rows = grown;
  }
}

function addRow(
  to: Float32Array,
  target: number,
  from: Float32Array,
  source: number,
  width: number,
): void {
  for (let at = 0; at < width; at++) to[target + at]! += from[source + at]!;
}
