import { gradients } from '../autodiff.ts';
import { input, type Value } from '../graph/value.ts';
import type { Forward } from '../objectives/objective.ts';
import type { Graph } from '../onnx/encode.ts';
import { add, mul } from '../ops/elementwise.ts';
import { concat, reshape } from '../ops/layout.ts';
import { reduceSum } from '../ops/reduce.ts';
import { type AdamWSettings, adamWUpdate, clipByNorm } from '../optim/adamw.ts';
import { elementCount, type StateGroup } from '../optim/flat-state.ts';

/** The name of the output that replaces an input: a graph may not give two tensors one name. */
export function nextName(name: string): string {
  return `next.${name}`;
}

export type Optimizer = { readonly adamW: AdamWSettings; readonly maxGradientNorm: number };

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

/**
 * The graph of one micro-batch among several: the outputs of `lossGraph`, and for each group
 * `next.gradient.<group>` = input `gradient.<group>` + this micro-batch's summed gradient. Nothing else
 * reads that input, so a run may write the output over it.
 */
export function gradientsGraph(
  forward: Forward,
  groups: readonly StateGroup[],
  parameters: ReadonlyMap<string, Value>,
): Graph {
  const flat = flatGradients(forward.loss, groups, parameters);
  const outputs: Record<string, Value> = { ...lossGraph(forward).outputs };
  for (const [at, group] of groups.entries()) {
    const name = `gradient.${group.name}`;
    outputs[nextName(name)] = add(input(name, [group.size], 'float32'), flat[at] as Value);
  }
  return { outputs };
}

/** The graph that updates the state from the accumulated inputs `gradient.<group>`. */
export function updateGraph(groups: readonly StateGroup[], optimizer: Optimizer): Graph {
  const sums = groups.map((group) => input(`gradient.${group.name}`, [group.size], 'float32'));
  return { outputs: update(groups, sums, optimizer) };
}

/** Both graphs in one, for steps of a single micro-batch. */
export function stepGraph(
  forward: Forward,
  groups: readonly StateGroup[],
  {
    parameters,
    optimizer,
  }: { readonly parameters: ReadonlyMap<string, Value>; readonly optimizer: Optimizer },
): Graph {
  const sums = flatGradients(forward.loss, groups, parameters);
  return { outputs: { ...lossGraph(forward).outputs, ...update(groups, sums, optimizer) } };
}

/** Each group's gradient as one flat value, in the order of its members. */
function flatGradients(
  loss: Value,
  groups: readonly StateGroup[],
  parameters: ReadonlyMap<string, Value>,
): Value[] {
  const members = groups.flatMap((group) => group.members);
  const values = members.map(({ name }) => {
    const value = parameters.get(name);
    if (value === undefined) throw new RangeError(`the forward pass does not use ${name}`);
    return value;
  });
  const found = gradients(loss, values);
  const byName = new Map(members.map(({ name }, at) => [name, found[at] as Value]));
  return groups.map((group) => {
    const parts = group.members.map(({ name, shape }) =>
      reshape(byName.get(name) as Value, [elementCount(shape)]),
    );
    return parts.length === 1 ? (parts[0] as Value) : concat(parts, 0);
  });
}

/**
 * `gradient_norm`, and for each group `next.weights.<group>`, `next.mean.<group>` and
 * `next.variance.<group>`, each from the input of that name without `next.`. Every one depends on the norm, and the norm on every gradient: whatever
 * reads a weight has run before that weight is written, so a run may write outputs over inputs.
 */
function update(
  groups: readonly StateGroup[],
  sums: readonly Value[],
  { adamW, maxGradientNorm }: Optimizer,
): Record<string, Value> {
  const scalarInput = (name: string): Value => input(name, [], 'float32');
  const squares = sums.map((sum) => mul(sum, sum));
  const { norm, factor } = clipByNorm(
    squares.map((square) => reduceSum(square)),
    { scale: scalarInput('gradient_scale'), most: maxGradientNorm },
  );
  const rate = scalarInput('rate');
  const epsilon = scalarInput('epsilon');
  const keep = adamW.weightDecay === 0 ? undefined : scalarInput('keep');
  const outputs: Record<string, Value> = { gradient_norm: norm };
  // The last parameters' gradients are ready first; their update comes last in the file, and so runs
  // first (the runtime takes the highest node first).
  for (const [at, group] of groups.entries()) {
    const flat = (kind: string): Value => input(`${kind}.${group.name}`, [group.size], 'float32');
    const next = adamWUpdate(
      adamW,
      { weights: flat('weights'), mean: flat('mean'), variance: flat('variance') },
      {
        gradient: sums[at] as Value,
        square: squares[at] as Value,
        factor,
        rate,
        epsilon,
        keep: group.decays ? keep : undefined,
      },
    );
    outputs[nextName(`weights.${group.name}`)] = next.weights;
    outputs[nextName(`mean.${group.name}`)] = next.mean;
    outputs[nextName(`variance.${group.name}`)] = next.variance;
  }
  return outputs;
}
