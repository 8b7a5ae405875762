import { type CanonicalRow, canonicalRowSchema } from '@lathe/contracts/artifact/dataset';
import { jsonText } from '../row-json.ts';

export type SampleLimits = {
  /** Most rows that are kept, and most units of their JSON in all; one row is kept however long it is. */
  readonly rows: number;
  readonly units: number;
};
const usualLimits: SampleLimits = { rows: 500, units: 4 * 2 ** 20 };

/** Some rows that are drawn by their places, the same ones each time; memory does not grow with the rows. */
export function createRowSample(limits: SampleLimits = usualLimits) {
  let kept: { readonly rank: number; readonly json: string }[] = [];
  let units = 0;
  let highest = Number.POSITIVE_INFINITY;
  let places = 0;
  let rank = 0;
  const shrink = (): void => {
    const drawn = kept.toSorted((a, b) => a.rank - b.rank);
    kept = [];
    units = 0;
    for (const row of drawn) {
      const isFull = kept.length === limits.rows || units + row.json.length > limits.units;
      if (isFull && kept.length > 0) break;
      kept.push(row);
      units += row.json.length;
    }
    // Rows of a higher rank were left out: whatever comes later must be below all of them.
    if (kept.length < drawn.length || kept.length === limits.rows)
      highest = kept.at(-1)?.rank ?? highest;
  };
  return {
    /** Goes on to the next row; whether it is drawn, and to be added. */
    draws(): boolean {
      rank = Math.imul(++places, 0x9e3779b1) >>> 0;
      return rank < highest;
    },
    /** Adds the row that was drawn, whose JSON is UTF-8. */
    add(bytes: Uint8Array): void {
      const json = jsonText(bytes);
      kept.push({ rank, json });
      units += json.length;
      if (kept.length >= 2 * limits.rows || units >= 2 * limits.units) shrink();
    },
    /** Those that were drawn of all that were added. */
    rows(): readonly CanonicalRow[] {
      shrink();
      return kept.map(({ json }) => canonicalRowSchema.parse(JSON.parse(json)));
    },
  };
}
