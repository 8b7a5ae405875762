import { node, type Value } from '../graph/value.ts';
import { elementwiseOps } from '../ops/elementwise.ts';
import { canMask, canPull, maskedSoftmaxOp, softmaxGradientOp } from '../ops/masked-softmax.ts';
import { reduceOps } from '../ops/reduce.ts';
import { softmaxOps } from '../ops/softmax.ts';
import { type Fused, rewritten, type Users, usersOf } from './fusion.ts';
import type { LoweredGraph } from './lowered-graph.ts';

const { Add, Mul, Sub } = elementwiseOps;

/** An operator of ours, and the nodes that it makes needless. */
type Found = { readonly whole: Value; readonly inner: readonly Value[] };

/**
 * Makes the softmax of masked scores, and the gradient of every softmax, one operator of our own kernels each, where nothing else reads
 * what is between. `threads` are those of the session.
 */
export function fuseSoftmax(graph: LoweredGraph, threads: number): LoweredGraph {
  const users = usersOf(graph);
  const fused = new Map<Value, Fused>();
  const gone = new Set<Value>();
  for (const value of graph.nodes) {
    const found = forwardAt(value, users, threads) ?? backwardAt(value, users, threads);
    if (found === undefined) continue;
    fused.set(value, { whole: found.whole, index: 0 });
    for (const inner of found.inner) gone.add(inner);
  }
  return rewritten(graph, { fused, gone });
}

/** y = Softmax(Add(scores, mask)). */
function forwardAt(y: Value, users: Users, threads: number): Found | undefined {
  const [masked] = y.inputs;
  if (y.op !== softmaxOps.Softmax || masked?.op !== Add || !isReadBy(masked, users, 1))
    return undefined;
  const [left, right] = masked.inputs as [Value, Value];
  const inputs = [[left, right] as const, [right, left] as const].find((pair) => canMask(...pair));
  if (inputs === undefined) return undefined;
  return { whole: node(maskedSoftmaxOp, inputs, { threads }), inner: [masked] };
}

/** dx = Sub(pulled, Mul(y, ReduceSum(pulled))), pulled = Mul(dy, y). */
function backwardAt(dx: Value, users: Users, threads: number): Found | undefined {
  const [pulled, shared] = dx.inputs;
  if (dx.op !== Sub || pulled?.op !== Mul || shared?.op !== Mul) return undefined;
  const sum = shared.inputs.find(
    ({ op, inputs: [x] }) => op === reduceOps.ReduceSum && x === pulled,
  );
  const y = shared.inputs.find((side) => side !== sum);
  if (sum === undefined || y === undefined || !isOverLast(sum, pulled)) return undefined;
  const isFree =
    isReadBy(pulled, users, 2) && [sum, shared].every((each) => isReadBy(each, users, 1));
  const [left, right] = pulled.inputs as [Value, Value];
  const dy = left === y ? right : right === y ? left : undefined;
  if (!isFree || dy === undefined || !canPull(dy, y)) return undefined;
  const whole = node(softmaxGradientOp, [dy, y] as const, { threads });
  return { whole, inner: [pulled, sum, shared] };
}

const isReadBy = (value: Value, users: Users, count: number): boolean =>
  users.get(value)?.length === count;

function isOverLast({ attributes }: Value, { shape }: Value): boolean {
  const { axes, keepDims } = attributes as { axes: readonly number[]; keepDims: boolean };
  return keepDims && axes.length === 1 && axes[0] === shape.length - 1;
}
