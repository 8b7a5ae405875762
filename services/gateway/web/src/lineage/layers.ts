import type { LineageGraph } from '@lathe/contracts/http/lineage';

type Node = LineageGraph['nodes'][number];

/**
 * The nodes of a lineage in the order in which they were made: each stands in a layer of its own distance from what was asked
 * for, before it what it was made of, behind it what was made of it. The longest way counts, so that no edge leads backward.
 */
export function layersOf({ id, nodes, edges }: LineageGraph): readonly (readonly Node[])[] {
  const before = distances(id, (at) => edges.flatMap(({ from, to }) => (to === at ? [from] : [])));
  const behind = distances(id, (at) => edges.flatMap(({ from, to }) => (from === at ? [to] : [])));
  const placeOf = (node: Node): number => behind.get(node.id) ?? -(before.get(node.id) ?? 0);
  return [...Map.groupBy(nodes, placeOf)].toSorted(([a], [b]) => a - b).map(([, layer]) => layer);
}

/** The longest way to each node; nothing is made of itself, so that it ends. */
function distances(start: string, next: (at: string) => readonly string[]): Map<string, number> {
  const found = new Map([[start, 0]]);
  let ends = [start];
  for (let distance = 1; ends.length > 0; distance++) {
    ends = [...new Set(ends.flatMap(next))];
    for (const end of ends) found.set(end, distance);
  }
  return found;
}
