import type { Numbers } from '../row-numbers.ts';

/**
 * Writes into held-out rows which of them belong together, so that a verdict does not take them for independent of one another: rows of
 * one group, and those that nearly say the same. A row that is alone stays as it is.
 */
export function heldOutClusters(groups: Numbers, isHeldOut: (index: number) => boolean) {
  const counts = new Map<number, number>();
  let row = 0;
  for (const group of groups) if (isHeldOut(row++)) counts.set(group, (counts.get(group) ?? 0) + 1);
  const numbers = new Map<number, number>();
  const isMarked = (index: number): boolean => (counts.get(groups.at(index) as number) ?? 0) > 1;
  return {
    /** Whether a held-out row shares a cluster. */
    isMarked,
    /** The canonical row as JSON in UTF-8, with the number of its cluster where it shares one. */
    mark(json: Uint8Array, index: number): Uint8Array {
      if (!isMarked(index)) return json;
      const group = groups.at(index) as number;
      const number = numbers.get(group) ?? numbers.size + 1;
      numbers.set(group, number);
      return Buffer.concat([json.subarray(0, -1), Buffer.from(`,"cluster":${number}}`)]);
    },
  };
}
