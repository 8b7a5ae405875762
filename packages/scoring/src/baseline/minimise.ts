/** A function of many numbers: gives its value and writes its gradient. */
type Objective = (at: Float64Array, gradient: Float64Array) => number;

export type MinimiseOptions = {
  /** Done when no part of the gradient is larger. */
  readonly tolerance: number;
  readonly iterations: number;
};

/** Steps that the curvature is estimated from. */
const memory = 6;

/**
 * The lowest point of a smooth convex function, from `start` on, by L-BFGS (Nocedal and Wright, algorithms 7.4 and 7.5) with steps
 * halved until the value falls enough (Armijo). No chance is in it.
 */
export function minimise(
  objective: Objective,
  start: Float64Array,
  { tolerance, iterations }: MinimiseOptions,
): Float64Array {
  const size = start.length;
  let point = start.slice();
  let gradient = new Float64Array(size);
  let value = objective(point, gradient);
  const past: { step: Float64Array; change: Float64Array; curvature: number }[] = [];
  for (let iteration = 0; iteration < iterations; iteration++) {
    if (gradient.every((part) => Math.abs(part) <= tolerance)) break;
    const direction = descent(gradient, past);
    const slope = dot(direction, gradient);
    let rate = past.length === 0 ? Math.min(1, 1 / Math.sqrt(dot(gradient, gradient))) : 1;
    const next = new Float64Array(size);
    const nextGradient = new Float64Array(size);
    let nextValue = Number.POSITIVE_INFINITY;
    for (; rate > 1e-12; rate /= 2) {
      for (let at = 0; at < size; at++)
        next[at] = (point[at] as number) + rate * (direction[at] as number);
      nextValue = objective(next, nextGradient);
      if (nextValue <= value + 1e-4 * rate * slope) break;
    }
    // No step lowers the value any more: rounding is all that is left.
    if (!(nextValue < value)) break;
    const step = next.map((part, at) => part - (point[at] as number));
    const change = nextGradient.map((part, at) => part - (gradient[at] as number));
    const curvature = dot(step, change);
    if (curvature > 1e-12 * dot(change, change)) past.push({ step, change, curvature });
    if (past.length > memory) past.shift();
    [point, gradient, value] = [next, nextGradient, nextValue];
  }
  return point;
}

/** −H·gradient, where H is the inverse of the curvature that the past steps tell. */
function descent(
  gradient: Float64Array,
  past: readonly { step: Float64Array; change: Float64Array; curvature: number }[],
): Float64Array {
  const result = gradient.map((part) => -part);
  const weights = past.toReversed().map(({ step, change, curvature }) => {
    const weight = dot(step, result) / curvature;
    add(result, change, -weight);
    return weight;
  });
  const last = past.at(-1);
  const scale = last === undefined ? 1 : last.curvature / dot(last.change, last.change);
  for (let at = 0; at < result.length; at++) result[at] = (result[at] as number) * scale;
  for (const [at, { step, change, curvature }] of past.entries())
    add(result, step, (weights[past.length - 1 - at] as number) - dot(change, result) / curvature);
  return result;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += (a[at] as number) * (b[at] as number);
  return sum;
}

function add(to: Float64Array, what: Float64Array, factor: number): void {
  for (let at = 0; at < to.length; at++)
    to[at] = (to[at] as number) + factor * (what[at] as number);
}
