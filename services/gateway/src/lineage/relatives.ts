import { LatheError } from '@lathe/contracts/error';
import type { LineageGraph } from '@lathe/contracts/http/lineage';

/** Everything of a project and how it hangs together. */
export type Relations = {
  readonly nodes: ReadonlyMap<string, LineageGraph['nodes'][number]>;
  readonly edges: readonly LineageGraph['edges'][number][];
};

/** Nodes of an answer at most. */
const mostNodes = 1000;

/**
 * What something was made of, step by step, and what was made of it: nobody's other children. Throws `not_found` for what is
 * not there.
 */
export function relativesOf({ nodes, edges }: Relations, id: string): LineageGraph {
  if (nodes.get(id)?.exists !== true)
    throw new LatheError('not_found', `There is nothing with the id ${JSON.stringify(id)}.`, {
      param: 'id',
    });
  const up = Map.groupBy(edges, ({ to }) => to);
  const down = Map.groupBy(edges, ({ from }) => from);
  const ancestors = reach(id, (at) => (up.get(at) ?? []).map(({ from }) => from));
  const descendants = reach(id, (at) => (down.get(at) ?? []).map(({ to }) => to));
  const all = [...new Set([...ancestors, ...descendants])];
  const shown = new Set(all.slice(0, mostNodes));
  const isWithin = (from: string, to: string): boolean =>
    shown.has(from) &&
    shown.has(to) &&
    ((ancestors.has(from) && ancestors.has(to)) || (descendants.has(from) && descendants.has(to)));
  return {
    object: 'lathe.lineage_graph',
    id,
    nodes: [...shown].flatMap((one) => nodes.get(one) ?? []),
    edges: edges.filter(({ from, to }) => isWithin(from, to)),
    is_complete: shown.size === all.length,
  };
}

/** What can be reached, the nearest first, the start among them. */
function reach(start: string, next: (at: string) => readonly string[]): Set<string> {
  const seen = new Set([start]);
  // A set is gone through in the order in which it grows.
  for (const at of seen) for (const one of next(at)) seen.add(one);
  return seen;
}
