import type { Tensor } from '../graph/tensor.ts';
import { elementCount } from '../optim/flat-state.ts';
import { sumOfSquares } from '../optim/host-step.ts';
import { parameterGradientsGraph } from '../step/graphs.ts';
import { onHost, type StepRunner, type StepRunnerOptions } from './step.ts';
import { createTally } from './tally.ts';

/**
 * Runs the gradients as a graph and the update on the host. The binding copies every output of a run into
 * a new array, even one that was handed a buffer: a graph that updates the state pays that for weights and
 * all moments, this one for the gradients only (docs/decisions/2026-11-update-on-the-host.md has figures).
 */
export async function hostRunner(options: StepRunnerOptions): Promise<StepRunner> {
  const { device, forward, state, rule, mapFolder, parameters } = options;
  const { optimizer, maxGradientNorm } = rule;
  const program = await device.compile(parameterGradientsGraph(forward, state.groups, parameters), {
    mapFolder,
  });
  const members = state.groups.flatMap((group) =>
    group.members.map((member, index) => {
      const { weights, ...others } = state.buffers.get(group.name) as NonNullable<
        ReturnType<typeof state.buffers.get>
      >;
      const place = { group, index };
      return {
        group,
        name: member.name,
        shape: member.shape,
        weights: weights.subarray(member.offset, member.offset + elementCount(member.shape)),
        buffers: Object.fromEntries(
          Object.entries(others).map(([kind, buffer]) => [
            kind,
            optimizer.slice(kind, buffer, place),
          ]),
        ),
      };
    }),
  );
  const gradientOf = (outputs: Readonly<Record<string, Tensor>>, name: string): Float32Array =>
    outputs[`gradient.${name}`]?.data as Float32Array;

  return {
    async run({ microBatches, weight, learningRate, step }) {
      const tally = createTally();
      let sums: ReadonlyMap<string, Float32Array> | undefined;
      for (const batch of microBatches) {
        const outputs = await program.run({ ...options.parameterFeeds, ...batch });
        tally.add(outputs);
        if (sums === undefined)
          sums = new Map(members.map(({ name }) => [name, gradientOf(outputs, name)]));
        else for (const [name, sum] of sums) addTo(sum, gradientOf(outputs, name));
      }
      let squares = 0;
      for (const sum of sums?.values() ?? []) squares += sumOfSquares(sum);
      const gradientNorm = Math.sqrt(squares) / weight;
      // The norm tells whether every gradient is finite, and nothing has been written until it is known.
      if (!Number.isFinite(gradientNorm)) return { ...tally.done(), gradientNorm };
      const factor = Math.min(maxGradientNorm / (gradientNorm + 1e-6), 1) / weight;
      const scalars = optimizer.scalars(learningRate, step);
      for (const { name, ...member } of members)
        optimizer.updateOnHost({
          ...member,
          gradient: sums?.get(name) as Float32Array,
          factor,
          scalars,
        });
      return { ...tally.done(), gradientNorm };
    },
    ...onHost,
    dispose: () => program.dispose(),
  };
}

function addTo(sum: Float32Array, more: Float32Array): void {
  for (let at = 0; at < sum.length; at++) sum[at]! += more[at]!;
}
