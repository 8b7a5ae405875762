import { gradients } from '../autodiff.ts';
import type { Graph } from '../graph/graph.ts';
import { input, type Value } from '../graph/value.ts';
import type { Forward } from '../objectives/objective.ts';
import { cast } from '../ops/comparison.ts';
import { add, mul } from '../ops/elementwise.ts';
import { takenApart } from '../ops/index-rows.ts';
import { concat, reshape, slice } from '../ops/layout.ts';
import { reduceSum } from '../ops/reduce.ts';
import { clipByNorm } from '../optim/clip.ts';
import { elementCount, type StateGroup } from '../optim/flat-state.ts';
import type { Optimizer } from '../optim/optimizer.ts';

/** The name of the output that replaces an input: a graph may not give two tensors one name. */
export function nextName(name: string): string {
  return `next.${name}`;
}

/** How gradients become new weights. */
export type UpdateRule = { readonly optimizer: Optimizer; readonly maxGradientNorm: number };

/**
 * The graph of evaluation: `loss` and `correct`, the sums over a micro-batch, and for each figure
 * `figure.<name>.total` and `figure.<name>.count`.
 */
export function lossGraph(forward: Forward): Graph {
  const outputs: Record<string, Value> = { loss: forward.loss, correct: forward.correct };
  for (const [name, { total, count }] of Object.entries(forward.figures ?? {})) {
    outputs[`figure.${name}.total`] = total;
    outputs[`figure.${name}.count`] = count;
  }
  return { outputs };
}

/** The outputs of `lossGraph`, and `target_losses` `[targets]` where the objective tells them. */
function tellingOutputs(forward: Forward): Record<string, Value> {
  const { outputs } = lossGraph(forward);
  return forward.losses === undefined ? outputs : { ...outputs, target_losses: forward.losses };
}

/**
 * The graph of one micro-batch among several: those of `tellingOutputs`, and for each group
 * `next.gradient.<group>` = input `gradient.<group>` + this micro-batch's summed gradient. Nothing else
 * reads that input, so a run may write the output over it.
 */
export function gradientsGraph(
  forward: Forward,
  groups: readonly StateGroup[],
  parameters: ReadonlyMap<string, Value>,
): Graph {
  const flat = flatGradients(forward.gradientOf ?? forward.loss, groups, parameters);
  const outputs = tellingOutputs(forward);
  for (const [at, group] of groups.entries()) {
    const name = `gradient.${group.name}`;
    outputs[nextName(name)] = add(input(name, [group.size], 'float32'), flat[at] as Value);
  }
  return { outputs };
}

/**
 * The graph of one micro-batch for updates on the host: those of `tellingOutputs`, and for each parameter its
 * summed gradient in parts: `gradient.<name>`, where there is a whole one, and the rows to add to it, number i as
 * `places.<i>.<name>` [count] int32 and `rows.<i>.<name>` [count, …].
 */
export function parameterGradientsGraph(
  forward: Forward,
  groups: readonly StateGroup[],
  parameters: ReadonlyMap<string, Value>,
): Graph {
  const found = memberGradients(forward.gradientOf ?? forward.loss, groups, parameters);
  const gradients: [string, Value][] = [];
  for (const [name, gradient] of found) {
    // An embedding's gradient is rows: a batch reaches few of the table's, and a sum over the whole table would be
    // memory that is written, copied and read for nothing.
    const { whole, added } = takenApart(gradient);
    if (whole !== undefined) gradients.push([`gradient.${name}`, whole]);
    for (const [at, { places, rows }] of added.entries())
      gradients.push([`places.${at}.${name}`, cast(places, 'int32')], [`rows.${at}.${name}`, rows]);
  }
  // What the backward pass reaches first is made first, and lets go of the activations that it was made from: the
  // runtime works for the last output first.
  gradients.sort(([, a], [, b]) => b.id - a.id);
  return { outputs: { ...tellingOutputs(forward), ...Object.fromEntries(gradients) } };
}

/** Each group's weights as one input, and the parameters that are cut from them. */
export type JoinedWeights = {
  /** `weights.<group>`, by group. */
  readonly inputs: ReadonlyMap<string, Value>;
  readonly parameters: ReadonlyMap<string, Value>;
};

/** Weights for graphs whose state lies on the device as a whole: a parameter is a slice of its group's buffer. */
export function joinedWeights(groups: readonly StateGroup[]): JoinedWeights {
  const inputs = new Map<string, Value>();
  const parameters = new Map<string, Value>();
  for (const group of groups) {
    const whole = input(`weights.${group.name}`, [group.size], 'float32');
    inputs.set(group.name, whole);
    for (const { name, shape, offset } of group.members) {
      const end = offset + elementCount(shape);
      parameters.set(name, reshape(slice(whole, { axis: 0, start: offset, end }), shape));
    }
  }
  return { inputs, parameters };
}

/** The graph that updates the state from the accumulated inputs `gradient.<group>`. */
export function updateGraph(groups: readonly StateGroup[], rule: UpdateRule): Graph {
  const sums = groups.map((group) => input(`gradient.${group.name}`, [group.size], 'float32'));
  return { outputs: update(groups, sums, { rule }) };
}

/** Both graphs in one, for steps of a single micro-batch. */
export function stepGraph(
  forward: Forward,
  groups: readonly StateGroup[],
  {
    parameters,
    rule,
    weights,
  }: {
    readonly parameters: ReadonlyMap<string, Value>;
    readonly rule: UpdateRule;
    /** The groups' weights where the parameters are cut from them. */
    readonly weights?: ReadonlyMap<string, Value>;
  },
): Graph {
  const sums = flatGradients(forward.gradientOf ?? forward.loss, groups, parameters);
  const updated = update(groups, sums, { rule, ...(weights === undefined ? {} : { weights }) });
  return { outputs: { ...tellingOutputs(forward), ...updated } };
}

/** The gradient of each member of the groups, by name. */
function memberGradients(
  loss: Value,
  groups: readonly StateGroup[],
  parameters: ReadonlyMap<string, Value>,
): Map<string, Value> {
  const members = groups.flatMap((group) => group.members);
  const values = members.map(({ name }) => {
    const value = parameters.get(name);
    if (value === undefined) throw new RangeError(`the forward pass does not use ${name}`);
    return value;
  });
  const found = gradients(loss, values);
  return new Map(members.map(({ name }, at) => [name, found[at] as Value]));
}

/** Each group's gradient as one flat value, in the order of its members. */
function flatGradients(
  loss: Value,
  groups: readonly StateGroup[],
  parameters: ReadonlyMap<string, Value>,
): Value[] {
  const byName = memberGradients(loss, groups, parameters);
  return groups.map((group) => {
    const parts = group.members.map(({ name, shape }) =>
      reshape(byName.get(name) as Value, [elementCount(shape)]),
    );
    return parts.length === 1 ? (parts[0] as Value) : concat(parts, 0);
  });
}

/**
 * `gradient_norm`, and for each group `next.<kind>.<group>` from the input `<kind>.<group>`, for every
 * kind of buffer. Every one depends on the norm, and the norm on every gradient: whatever reads a weight
 * has run before that weight is written, so a run may write outputs over inputs.
 */
function update(
  groups: readonly StateGroup[],
  sums: readonly Value[],
  {
    rule: { optimizer, maxGradientNorm },
    weights,
  }: { readonly rule: UpdateRule; readonly weights?: ReadonlyMap<string, Value> },
): Record<string, Value> {
  const scalars = new Map<string, Value>();
  const scalar = (name: string): Value => {
    const value = scalars.get(name) ?? input(name, [], 'float32');
    scalars.set(name, value);
    return value;
  };
  const squares = sums.map((sum) => mul(sum, sum));
  const { norm, factor } = clipByNorm(
    squares.map((square) => reduceSum(square)),
    { scale: scalar('gradient_scale'), most: maxGradientNorm },
  );
  const outputs: Record<string, Value> = { gradient_norm: norm };
  // The last parameters' gradients are ready first; their update comes last in the file, and so runs
  // first (the runtime takes the highest node first).
  for (const [at, group] of groups.entries()) {
    const buffers: Record<string, Value> = {};
    const sizes = { ...optimizer.buffers(group), weights: group.size };
    for (const [kind, size] of Object.entries(sizes))
      buffers[kind] =
        (kind === 'weights' ? weights?.get(group.name) : undefined) ??
        input(`${kind}.${group.name}`, [size], 'float32');
    const gradient = sums[at] as Value;
    const square = squares[at] as Value;
    const next = optimizer.update({ group, buffers, gradient, square, factor, scalar });
    for (const [kind, value] of Object.entries(next))
      outputs[nextName(`${kind}.${group.name}`)] = value;
  }
  return outputs;
}
