import { isLeaf, partOp, type Value } from '../graph/value.ts';
import type { LoweredGraph } from '../onnx/lowered-graph.ts';

/**
 * The nodes of a lowered graph in the order in which ONNX Runtime's sequential executor runs them: a depth-first
 * walk from the nodes that nothing reads, the last written first, which takes the last written of a node's inputs
 * first (`Graph::ReverseDFSFrom`). Leaves are left out: no operator computes them.
 */
export function executionOrder({ nodes }: Pick<LoweredGraph, 'nodes'>): Value[] {
  const written = nodes.filter((value) => !isLeaf(value) && value.op !== partOp);
  const index = new Map(written.map((value, at) => [value, at]));
  const sources = written.map((value) =>
    [...new Set(value.inputs.map((input) => index.get(producer(input)) ?? -1))]
      .filter((at) => at >= 0)
      .sort((a, b) => a - b),
  );
  const isRead = new Uint8Array(written.length);
  for (const read of sources) for (const at of read) isRead[at] = 1;
  const stack: { readonly at: number; readonly leave: boolean }[] = [];
  for (const at of written.keys()) if (isRead[at] === 0) stack.push({ at, leave: false });
  const entered = new Uint8Array(written.length);
  const order: Value[] = [];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    if (top.leave) {
      order.push(written[top.at] as Value);
      continue;
    }
    if (entered[top.at] === 1) continue;
    entered[top.at] = 1;
    stack.push({ at: top.at, leave: true });
    for (const at of sources[top.at] ?? []) if (entered[at] === 0) stack.push({ at, leave: false });
  }
  return order;
}

/** The node that computes a value: the whole of a part, else the value itself. */
export function producer(value: Value): Value {
  return value.op === partOp ? (value.inputs[0] as Value) : value;
}
