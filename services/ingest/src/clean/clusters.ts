import { createFirstPlaces } from '../first-places.ts';
import type { GrowingNumbers } from '../row-numbers.ts';

const none: readonly number[] = [];
/** Bytes of bits to begin with. */
const firstBytes = 1024;

/** What a row is put together with, so that the split does not part it from its like. */
type Placed = {
  /** The group that its cluster began with. */
  readonly cluster: number;
  /** Other clusters that it is alike to as well, as none of their rows are to each other. */
  readonly others: readonly number[];
};

/** Rows of one group, or that are near duplicates, in one cluster. */
export type Clusters = {
  /** Places the row of the next number; `alike` are numbers of rows before, in order. */
  add(group: number, alike: readonly number[]): Placed;
  /** Gives its memory back at once: no row comes any more. */
  close(): void;
};

/**
 * Each row joins the cluster of its group, else of the first row that it is alike to, and begins one where there is none. No cluster
 * is joined to another later: what a row adds at the end of a file changes nothing for those before it. `clusterOfRow` keeps the
 * cluster of each.
 */
export function createClusters(clusterOfRow: GrowingNumbers): Clusters {
  const firstOfGroup = createFirstPlaces();
  /** A bit of each row, set where it was the first of its group and joined the cluster of another: few are, and of others nothing is read. */
  let joined = new Uint8Array(firstBytes);
  const isJoined = (row: number): boolean => (((joined[row >>> 3] ?? 0) >> (row & 7)) & 1) === 1;
  const join = (row: number): void => {
    if (row >>> 3 >= joined.length) {
      const larger = new Uint8Array(Math.max(2 * joined.length, (row >>> 3) + 1));
      larger.set(joined);
      joined = larger;
    }
    joined[row >>> 3] = (joined[row >>> 3] as number) | (1 << (row & 7));
  };
  return {
    add(group, alike) {
      // As most rows are like no other.
      const near = alike.length === 0 ? none : alike.map((row) => clusterOfRow.at(row) as number);
      const row = clusterOfRow.length;
      const first = firstOfGroup.note(group, row);
      const begun = first === undefined ? near[0] : undefined;
      if (begun !== undefined) join(row);
      const known =
        first !== undefined && isJoined(first) ? (clusterOfRow.at(first) as number) : group;
      const cluster = begun ?? known;
      clusterOfRow.push(cluster);
      const others =
        near.length === 0 ? none : [...new Set(near)].filter((other) => other !== cluster);
      return { cluster, others };
    },
    close: () => firstOfGroup.close(),
  };
}
