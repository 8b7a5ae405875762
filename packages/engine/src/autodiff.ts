import { sameShape, shapeText } from './graph/shape.ts';
import { isFloating } from './graph/tensor.ts';
import { ancestors, partOp, placeOf, seed, type Value } from './graph/value.ts';
import { add } from './ops/elementwise.ts';
import { zeros } from './ops/fill.ts';
import { scatterAddRows, takenApart } from './ops/index-rows.ts';
import { sumTo } from './ops/reduce.ts';
import { recomputed } from './recompute.ts';

export type GradientOptions = {
  /** What a target that the loss does not depend on gets: an error (default), or zeros. */
  readonly unreachable?: 'error' | 'zeros';
};

/**
 * Gradients of a scalar loss with respect to each of `wrt`, each of its target's shape. Targets may be any
 * floating values, inputs or intermediate ones. Throws when the loss is not a scalar, or a target is unreachable.
 */
export function gradients(
  loss: Value,
  wrt: readonly Value[],
  options: GradientOptions = {},
): Value[] {
  if (loss.shape.length > 0) {
    throw new Error(`A loss must be a scalar, not ${shapeText(loss.shape)}.`);
  }
  return pullback([{ value: loss, gradient: seed(loss) }], wrt, options);
}

/** A value together with the gradient that comes in at it. */
export type Cotangent = { readonly value: Value; readonly gradient: Value };

/** Carries gradients that come in at several values back to `wrt`: Σ gradientᵢ · ∂valueᵢ/∂wrt. */
export function pullback(
  outputs: readonly Cotangent[],
  wrt: readonly Value[],
  { unreachable = 'error' }: GradientOptions = {},
): Value[] {
  const whole = wrt.find((target) => !isFloating(target.dtype));
  if (whole !== undefined) {
    throw new Error(`${nameOf(whole)} is ${whole.dtype}: only floating values have gradients.`);
  }
  const order = ancestors(outputs.map(({ value }) => value));
  const needed = dependents(order, new Set(wrt));
  const found = new Gradients();
  const again = recomputed(order);
  for (const { value, gradient } of outputs) found.add(value, gradient);
  for (const value of order.reverse()) {
    if (!needed.has(value) || value.op === partOp) continue;
    const dys = found.all(value);
    if (dys === undefined || typeof value.op.gradient !== 'function') continue;
    const given = {
      dy: dys[0] ?? zeros(value.shape, value.dtype),
      dys,
      y: again(value),
      inputs: value.inputs.map((source) => again(source, value)),
      attributes: value.attributes,
    };
    const pulled = value.op.gradient(given);
    value.inputs.forEach((input, index) => {
      const gradient = pulled[index];
      if (!needed.has(input)) return;
      if (gradient === undefined) {
        throw new Error(`${value.op.name} gives no gradient for its input ${index}.`);
      }
      found.add(input, gradient);
    });
  }
  return wrt.map((target) => {
    const gradient = found.of(target);
    if (gradient !== undefined) return gradient;
    if (unreachable === 'zeros') return zeros(target.shape, target.dtype);
    throw new Error(`The loss does not depend on ${nameOf(target)}.`);
  });
}

/** Values on a differentiable path from a target: only they need gradients. */
function dependents(order: readonly Value[], targets: ReadonlySet<Value>): Set<Value> {
  const needed = new Set<Value>();
  for (const value of order) {
    const passes =
      isFloating(value.dtype) && (typeof value.op.gradient === 'function' || value.op === partOp);
    if (targets.has(value) || (passes && value.inputs.some((source) => needed.has(source)))) {
      needed.add(value);
    }
  }
  return needed;
}

/** The gradients gathered so far, one for each output of each node. */
class Gradients {
  #byNode = new Map<Value, (Value | undefined)[]>();

  /** Adds to what is known of a value, after undoing broadcasting. */
  add(value: Value, gradient: Value): void {
    const { whole, index } = placeOf(value);
    const fitted = sumTo(gradient, value.shape);
    if (!sameShape(fitted.shape, value.shape) || fitted.dtype !== value.dtype) {
      throw new Error(
        `The gradient of ${value.op.name} is ${fitted.dtype}${shapeText(fitted.shape)}, not ${value.dtype}${shapeText(value.shape)}.`,
      );
    }
    const slots = this.#byNode.get(whole) ?? [];
    const before = slots[index];
    slots[index] = before === undefined ? fitted : addedUp(before, fitted);
    this.#byNode.set(whole, slots);
  }

  all(value: Value): readonly (Value | undefined)[] | undefined {
    return this.#byNode.get(value);
  }

  of(value: Value): Value | undefined {
    const { whole, index } = placeOf(value);
    return this.#byNode.get(whole)?.[index];
  }
}

/** The sum of two gradients. Rows that are added to either are added last, and to no table of zeros. */
function addedUp(before: Value, more: Value): Value {
  const [own, other] = [takenApart(before), takenApart(more)];
  const added = [...own.added, ...other.added];
  if (added.length === 0) return add(before, more);
  const wholes = [own.whole, other.whole].filter((whole) => whole !== undefined);
  const [first = zeros(before.shape, before.dtype), second] = wholes;
  return added.reduce(
    (sum, { places, rows }) => scatterAddRows(sum, places, rows),
    second === undefined ? first : add(first, second),
  );
}

function nameOf(value: Value): string {
  return value.name ?? value.op.name;
}
