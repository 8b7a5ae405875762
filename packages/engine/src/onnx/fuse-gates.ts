import { constantOp, node, type Value } from '../graph/value.ts';
import { activationOps } from '../ops/activation.ts';
import { elementwiseOps } from '../ops/elementwise.ts';
import { canGate, gatedSiluGradientOp, gatedSiluOp } from '../ops/gated-silu.ts';
import { type Fused, rewritten, type Users, usersOf } from './fusion.ts';
import type { LoweredGraph } from './lowered-graph.ts';

const { Mul, Add, Sub } = elementwiseOps;
const { Silu, Sigmoid } = activationOps;

/** The nodes of a gate's gradients: `dg` and `du`, and what they are made of. */
type Gradients = {
  readonly inputs: readonly [dy: Value, g: Value, u: Value];
  readonly dg: Value;
  readonly du: Value;
  /** What nothing else reads. */
  readonly inner: readonly Value[];
};

/**
 * Makes SiLU(g)·u, and its gradients, one operator of our own kernels each, where nothing else reads what is between. `threads` are
 * those of the session.
 */
export function fuseGates(graph: LoweredGraph, threads: number): LoweredGraph {
  return fuseForward(fuseBackward(graph, threads), threads);
}

/** y = Mul(Silu(g), u). */
function fuseForward(graph: LoweredGraph, threads: number): LoweredGraph {
  const users = usersOf(graph);
  const fused = new Map<Value, Fused>();
  const gone = new Set<Value>();
  for (const value of graph.nodes) {
    if (value.op !== Mul) continue;
    const silu = value.inputs.find((side) => side.op === Silu && users.get(side)?.length === 1);
    const u = value.inputs.find((side) => side !== silu);
    const g = silu?.inputs[0];
    if (silu === undefined || g === undefined || u === undefined || !canGate([g, u])) continue;
    fused.set(value, { whole: node(gatedSiluOp, [g, u], { threads }), index: 0 });
    gone.add(silu);
  }
  return rewritten(graph, { fused, gone });
}

/** dg = Mul(Mul(dy, u), Add(s, Mul(y, Sub(1, s)))) and du = Mul(dy, y), with s = Sigmoid(g) and y = Silu(g). */
function fuseBackward(graph: LoweredGraph, threads: number): LoweredGraph {
  const users = usersOf(graph);
  const fused = new Map<Value, Fused>();
  const gone = new Set<Value>();
  for (const value of graph.nodes) {
    const found = gradientsAt(value, users);
    if (found === undefined) continue;
    const whole = node(gatedSiluGradientOp, found.inputs, { threads });
    fused.set(found.dg, { whole, index: 0 }).set(found.du, { whole, index: 1 });
    for (const inner of found.inner) gone.add(inner);
  }
  const less = rewritten(graph, { fused, gone });
  const read = usersOf(less);
  // SiLU(g) may have been there for the gradients alone.
  return { ...less, nodes: less.nodes.filter((value) => value.op !== Silu || read.has(value)) };
}

function gradientsAt(dg: Value, users: Users): Gradients | undefined {
  if (dg.op !== Mul) return undefined;
  const slope = dg.inputs.find(({ op }) => op === Add);
  const above = dg.inputs.find((side) => side !== slope);
  const s = slope?.inputs.find(({ op }) => op === Sigmoid);
  const rest = slope?.inputs.find((side) => side !== s);
  if (above?.op !== Mul || s === undefined || rest?.op !== Mul) return undefined;
  const g = s.inputs[0] as Value;
  const y = rest.inputs.find(({ op, inputs: [x] }) => op === Silu && x === g);
  const other = rest.inputs.find((side) => side !== y);
  if (y === undefined || other?.op !== Sub || !isOneMinus(other, s)) return undefined;
  const inner = [above, slope as Value, s, rest, other];
  const isFree = inner.every((each) => users.get(each)?.length === (each === s ? 2 : 1));
  for (const [dy, u] of [above.inputs, above.inputs.toReversed()] as [Value, Value][]) {
    const du = users
      .get(y)
      ?.find((user) => user.op === Mul && user !== rest && user.inputs.includes(dy));
    if (isFree && du !== undefined && canGate([dy, g, u]))
      return { inputs: [dy, g, u], dg, du, inner };
  }
  return undefined;
}

function isOneMinus({ inputs: [one, s] }: Value, expected: Value): boolean {
  return (
    one?.op === constantOp &&
    one.shape.length === 0 &&
    Number(one.data?.[0]) === 1 &&
    s === expected
  );
}
