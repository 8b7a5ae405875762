import { sameShape } from '../graph/shape.ts';
import { node, placeOf, type Value } from '../graph/value.ts';
import { elementwiseOps } from '../ops/elementwise.ts';
import { canNorm, type KernelNorm, kernelLayerNorm, kernelRmsNorm } from '../ops/kernel-norm.ts';
import { layoutOps } from '../ops/layout.ts';
import { normOps } from '../ops/norm.ts';
import { type ReduceAttributes, reduceOps } from '../ops/reduce.ts';
import { type Fused, rewritten, type Users, usersOf } from './fusion.ts';
import type { LoweredGraph } from './lowered-graph.ts';

const { Mul, Add, Sub } = elementwiseOps;
const { ReduceMean, ReduceSum } = reduceOps;
const { RmsNorm, LayerNorm } = normOps;

/** The nodes of a norm's gradients. */
type Gradients = {
  readonly kernels: KernelNorm;
  readonly norm: Value;
  readonly dy: Value;
  readonly dx: Value;
  /** The gradients of the weight and the bias, as far as they are there. */
  readonly sums: readonly Value[];
  /** What dx is added to, and the sum, where nothing else reads dx. */
  readonly added?: { readonly to: Value; readonly sum: Value } | undefined;
  /** What nothing else reads. */
  readonly inner: readonly Value[];
};

/**
 * Makes norms operators of our own kernels, and of each norm's gradients one, where nothing else reads what is between. The
 * gradients make their statistics again, so that a norm whose statistics nothing else reads gives none. `threads` are those of
 * the session.
 */
export function fuseNorms(graph: LoweredGraph, threads: number): LoweredGraph {
  return fuseForward(fuseBackward(graph, threads), threads);
}

function kernelsOf({ op }: Value): KernelNorm | undefined {
  if (op === RmsNorm) return kernelRmsNorm;
  return op === LayerNorm ? kernelLayerNorm : undefined;
}

/** Norms whose statistics are not read; those that nothing is read of at all go. */
function fuseForward(graph: LoweredGraph, threads: number): LoweredGraph {
  const read = new Map<Value, Set<number>>();
  for (const value of usersOf(graph).keys()) {
    const { whole, index } = placeOf(value);
    read.set(whole, (read.get(whole) ?? new Set()).add(index));
  }
  const fused = new Map<Value, Fused>();
  const gone = new Set<Value>();
  for (const value of graph.nodes) {
    const kernels = kernelsOf(value);
    if (kernels === undefined) continue;
    const [x, ...weights] = value.inputs;
    const outputs = read.get(value);
    // It was there for its statistics alone, which are made anew.
    if (outputs === undefined) gone.add(value);
    else if (outputs.size === 1 && outputs.has(0) && canNorm(x as Value, weights)) {
      const attributes = { epsilon: epsilonOf(value), threads };
      fused.set(value, { whole: node(kernels.forward, value.inputs, attributes), index: 0 });
    }
  }
  return rewritten(graph, { fused, gone });
}

function fuseBackward(graph: LoweredGraph, threads: number): LoweredGraph {
  const users = usersOf(graph);
  const places = new Map(graph.nodes.map((value, at) => [value, at]));
  const fused = new Map<Value, Fused>();
  const gone = new Set<Value>();
  for (const value of graph.nodes) {
    const found = gradientsAt(value, users);
    if (found === undefined) continue;
    const { kernels, norm, dy, dx, sums, added, inner } = found;
    const [x, weight] = norm.inputs as [Value, Value];
    const place = (each: Value): number => places.get(placeOf(each).whole) ?? Number.NaN;
    /** Whether all that is read is there where the first of what is made stands. */
    const isThere = (read: readonly Value[], made: readonly Value[]): boolean =>
      Math.max(...read.map(place)) < Math.min(...made.map(place));
    const read = [dy, x, weight];
    if (!isThere(read, [dx, ...sums])) continue;
    const attributes = { epsilon: epsilonOf(norm), threads, sums: sums.length };
    const isAdded =
      added !== undefined &&
      !fused.has(added.sum) &&
      isThere([...read, added.to], [added.sum, ...sums]);
    const whole = node(kernels.gradients, isAdded ? [...read, added.to] : read, attributes);
    const made = [isAdded ? added.sum : dx, ...sums];
    for (const [index, each] of made.entries()) fused.set(each, { whole, index });
    for (const each of isAdded ? [...inner, dx] : inner) gone.add(each);
  }
  return rewritten(graph, { fused, gone });
}

/**
 * dx = Mul(r, Sub(b, Mul(x̂, ReduceMean(Mul(b, x̂))))) of RmsNorm, with b = Mul(dy, w), x̂ = Mul(x, r) and r a statistic of the norm
 * of x; of LayerNorm with Sub(b, ReduceMean(b)) in the place of the first b, and x̂ = Mul(Sub(x, mean), r).
 */
function gradientsAt(dx: Value, users: Users): Gradients | undefined {
  for (const [r, difference] of sidesOf(dx, Mul)) {
    const norm = placeOf(r).whole;
    const isCentred = norm.op === LayerNorm;
    const kernels = kernelsOf(norm);
    if (kernels === undefined || !isStatistic(r, norm, isCentred ? 2 : 1)) continue;
    if (difference.op !== Sub) continue;
    const [first, shift] = difference.inputs as [Value, Value];
    const b = isCentred ? centredBy(first) : first;
    for (const [normed, mean] of sidesOf(shift, Mul)) {
      const product = mean.op === ReduceMean && isOfRows(mean) ? mean.inputs[0] : undefined;
      const [x, weight] = norm.inputs as [Value, Value];
      const dy = b === undefined ? undefined : otherSide(b, Mul, weight);
      if (b === undefined || dy === undefined || product === undefined) continue;
      if (otherSide(product, Mul, b) !== normed || !canNorm(x, [weight])) continue;
      const distance = otherSide(normed, Mul, r);
      if (distance === undefined) continue;
      if (isCentred ? !isDistance(distance, x, norm) : distance !== x) continue;
      const centred = isCentred ? [first, first.inputs[1] as Value, distance] : [];
      const inner = [b, product, mean, shift, normed, difference, ...centred];
      const summed = sumsOf({ dy, normed, weight, isCentred }, users);
      const all = [...inner, ...summed.inner];
      const own = new Set([dx, ...all, ...summed.sums]);
      // An output of the graph is read by itself.
      const isFree = all.every((each) =>
        users.get(each)?.every((user) => user !== each && own.has(user)),
      );
      if (isFree)
        return { kernels, norm, dy, dx, sums: summed.sums, added: addedTo(dx, users), inner: all };
    }
  }
  return undefined;
}

/** The gradients of weight and bias, which are sums over rows, and what only they read. */
function sumsOf(
  {
    dy,
    normed,
    weight,
    isCentred,
  }: {
    readonly dy: Value;
    readonly normed: Value;
    readonly weight: Value;
    readonly isCentred: boolean;
  },
  users: Users,
): { readonly sums: readonly Value[]; readonly inner: readonly Value[] } {
  const rowSum = (of: Value): { readonly row: Value; readonly sum: Value } | undefined => {
    for (const sum of users.get(of) ?? []) {
      const row = sum.op === ReduceSum && isOverRows(sum) ? onlyUser(sum, users) : undefined;
      if (row?.op === layoutOps.Reshape && sameShape(row.shape, weight.shape)) return { row, sum };
    }
    return undefined;
  };
  const product = users.get(normed)?.find((user) => otherSide(user, Mul, normed) === dy);
  const byWeight = product === undefined ? undefined : rowSum(product);
  if (product === undefined || byWeight === undefined) return { sums: [], inner: [] };
  const byBias = isCentred ? rowSum(dy) : undefined;
  return {
    sums: [byWeight.row, ...(byBias === undefined ? [] : [byBias.row])],
    inner: [product, byWeight.sum, ...(byBias === undefined ? [] : [byBias.sum])],
  };
}

/** The one sum of its shape that dx goes into. */
function addedTo(dx: Value, users: Users): Gradients['added'] {
  const sum = onlyUser(dx, users);
  const to = sum === undefined ? undefined : otherSide(sum, Add, dx);
  if (sum === undefined || to === undefined || to === dx) return undefined;
  return sameShape(to.shape, dx.shape) ? { to, sum } : undefined;
}

function onlyUser(value: Value, users: Users): Value | undefined {
  const found = users.get(value);
  return found?.length === 1 && found[0] !== value ? found[0] : undefined;
}

/** Both ways to tell the sides of an operator of two apart; none where it is another one. */
function sidesOf(value: Value, op: Value['op']): readonly (readonly [Value, Value])[] {
  if (value.op !== op) return [];
  const [a, b] = value.inputs as [Value, Value];
  return [
    [a, b],
    [b, a],
  ];
}

function otherSide(value: Value, op: Value['op'], side: Value): Value | undefined {
  return sidesOf(value, op).find(([one]) => one === side)?.[1];
}

function isStatistic(value: Value, norm: Value, index: number): boolean {
  const place = placeOf(value);
  return place.whole === norm && place.index === index;
}

/** b of Sub(b, ReduceMean(b)). */
function centredBy({ op, inputs: [b, mean] }: Value): Value | undefined {
  const isSo = op === Sub && mean?.op === ReduceMean && isOfRows(mean) && mean.inputs[0] === b;
  return isSo ? b : undefined;
}

/** Whether it is Sub(x, mean of x). */
function isDistance({ op, inputs: [from, mean] }: Value, x: Value, norm: Value): boolean {
  return op === Sub && from === x && mean !== undefined && isStatistic(mean, norm, 1);
}

const rankOf = ({ inputs: [x] }: Value): number => x?.shape.length ?? 0;

/** Whether it is one number a row. */
function isOfRows(value: Value): boolean {
  const { axes, keepDims } = value.attributes as ReduceAttributes;
  return keepDims && axes.length === 1 && axes[0] === rankOf(value) - 1;
}

/** Whether it is one row, of all others. */
function isOverRows(value: Value): boolean {
  const { axes } = value.attributes as ReduceAttributes;
  return axes.length === rankOf(value) - 1 && axes.every((axis, at) => axis === at);
}

function epsilonOf({ attributes }: Value): number {
  return (attributes as { readonly epsilon: number }).epsilon;
}
