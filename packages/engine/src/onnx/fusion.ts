import { part, partOp, type Value } from '../graph/value.ts';
import type { LoweredGraph } from './lowered-graph.ts';

/** Which output of an operator of ours takes the place of a node. */
export type Fused = { readonly whole: Value; readonly index: number };

/** What reads each value. */
export type Users = ReadonlyMap<Value, readonly Value[]>;

/** What reads a value, an output of the graph as itself. */
export function usersOf({ nodes, outputs }: LoweredGraph): Users {
  const users = new Map<Value, Value[]>();
  const use = (value: Value, by: Value): void => {
    const found = users.get(value);
    if (found === undefined) users.set(value, [by]);
    else found.push(by);
  };
  for (const value of nodes) for (const source of value.inputs) use(source, value);
  for (const value of Object.values(outputs)) use(value, value);
  return users;
}

/**
 * The graph with operators of ours in the place of some nodes, and without those that are gone. An operator stands where the first
 * node that it takes the place of stood.
 */
export function rewritten(
  { nodes, outputs }: LoweredGraph,
  { fused, gone }: { readonly fused: ReadonlyMap<Value, Fused>; readonly gone: ReadonlySet<Value> },
): LoweredGraph {
  const now = new Map<Value, Value>();
  const today = (value: Value): Value => {
    const [whole] = value.inputs;
    if (value.op !== partOp || whole === undefined) return now.get(value) ?? value;
    const { index } = value.attributes as { index: number };
    if (now.has(whole) && !now.has(value)) now.set(value, part(today(whole), index));
    return now.get(value) ?? value;
  };
  const kept = new Set<Value>();
  for (const value of nodes) {
    if (gone.has(value)) continue;
    const { whole, index } = fused.get(value) ?? { whole: value, index: 0 };
    if (!now.has(whole)) {
      const inputs = whole.inputs.map(today);
      const isSame = inputs.every((source, at) => source === whole.inputs[at]);
      const made = isSame ? whole : { ...whole, inputs };
      now.set(whole, made);
      kept.add(made);
    }
    if (whole !== value) now.set(value, part(today(whole), index));
  }
  return {
    nodes: [...kept],
    outputs: Object.fromEntries(
      Object.entries(outputs).map(([name, value]) => [name, today(value)]),
    ),
  };
}
