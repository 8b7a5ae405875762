import { type Family, family, type One, type Takes } from './graph/family.ts';
import { sameShape, shapeText } from './graph/shape.ts';
import { isFloating } from './graph/tensor.ts';
import { ancestors, isLeaf, node, partOp, seed, type Value } from './graph/value.ts';
import { add } from './ops/elementwise.ts';
import { zeros } from './ops/fill.ts';
import { scatterAddRows, takenApart } from './ops/index-rows.ts';
import { sumTo } from './ops/reduce.ts';

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

/** x, through which no gradient flows. */
export function stopGradient(x: Value): Value {
  return node(blockOps.StopGradient, [x]);
}

/**
 * x, as the border of a block. Everything computed between two borders is computed again by the backward pass
 * when it needs it, from the first border's value: only the borders are kept from the forward pass.
 */
export function blockBorder(x: Value): Value {
  return node(blockOps.BlockBorder, [x]);
}

/**
 * x, which the backward pass computes again, by the one operator that made it, instead of keeping it from the
 * forward pass: for what is cheap to compute, large, and made from what is kept anyway.
 */
export function remade(x: Value): Value {
  return node(blockOps.Remade, [x]);
}

export type BlockOps = {
  StopGradient: Takes<One>;
  BlockBorder: Takes<One>;
  Remade: Takes<One>;
};

export const blockOps: Family<BlockOps> = family<BlockOps>({
  StopGradient: {
    summary: 'y = x;  no gradient flows back.',
    types: ([x]) => x,
    gradient: { none: 'It exists to stop the gradient.', deliberate: true },
    lower: (_, [x]) => x,
  },
  BlockBorder: {
    summary:
      'y = x;  dx = dy. What lies between two of them is computed again in the backward pass.',
    types: ([x]) => x,
    gradient: ({ dy }) => [dy],
    lower: (_, [x]) => x,
  },
  Remade: {
    summary: 'y = x;  dx = dy. The backward pass computes x again.',
    types: ([x]) => x,
    gradient: ({ dy }) => [dy],
    lower: (_, [x]) => x,
  },
});

/**
 * What the backward pass of `reader` (of the value itself when absent) should read in place of a value: inside a
 * block a copy of it, made from copies of what it was made from; elsewhere a copy of what is to be remade, and the
 * value itself of all else. Copies are nodes of their own, made once and only where something asks for them; being
 * younger than the forward pass and not depending on a gradient's seed, they are written after all of it, and so run
 * when the first of their readers needs them.
 */
function recomputed(order: readonly Value[]): (value: Value, reader?: Value) => Value {
  const blockOf = blocksOf(order);
  const cheap = new Set(
    order.filter(({ op }) => op === blockOps.Remade).map(({ inputs: [x] }) => x as Value),
  );
  const copies = new Map<Value, Value>();
  const copy = (value: Value, next: (source: Value) => Value): Value => {
    const made = copies.get(value) ?? node(value.op, value.inputs.map(next), value.attributes);
    copies.set(value, made);
    return made;
  };
  const inBlock = (block: number, value: Value): Value =>
    blockOf(value) === block ? copy(value, (source) => inBlock(block, source)) : value;
  const alone = (value: Value): Value => {
    if (value.op === blockOps.Remade) return alone(value.inputs[0] as Value);
    return cheap.has(value) && !isLeaf(value) ? copy(value, alone) : value;
  };
  return (value, reader = value) => {
    const block = blockOf(value);
    return block !== undefined && block === blockOf(reader) ? inBlock(block, value) : alone(value);
  };
}

/** Which block, between two borders, a value lies in. */
function blocksOf(order: readonly Value[]): (value: Value) => number | undefined {
  const borders = order.filter(({ op }) => op === blockOps.BlockBorder);
  const blocks = new Map<Value, number>();
  let block = -1;
  for (const value of order) {
    if (value.op === blockOps.BlockBorder) block++;
    else if (block >= 0 && block < borders.length - 1 && !isLeaf(value)) blocks.set(value, block);
  }
  return (value) => blocks.get(place(value).whole);
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
    const { whole, index } = place(value);
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
    const { whole, index } = place(value);
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

function place(value: Value): { whole: Value; index: number } {
  return value.op === partOp
    ? { whole: value.inputs[0]!, index: (value.attributes as { index: number }).index }
    : { whole: value, index: 0 };
}
