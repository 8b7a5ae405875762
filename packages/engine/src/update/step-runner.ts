import type { Tensor } from '../graph/tensor.ts';
import type { FlatState } from '../optim/flat-state.ts';
import type { Program } from '../runtime/device.ts';
import { gradientsGraph, nextName, stepGraph, updateGraph } from '../step/graphs.ts';
import { hostRunner } from './host-runner.ts';
import { residentRunner } from './resident-runner.ts';
import { onHost, type StepRunner, type StepRunnerOptions, scalars } from './step.ts';
import { createTally } from './tally.ts';

/**
 * Compiles a run's graphs. Where the state is updated by a graph: without accumulation a step is one program; otherwise gradients are summed
 * over the micro-batches in buffers that the runs add to, and a second program updates the state.
 */
export async function createStepRunner(options: StepRunnerOptions): Promise<StepRunner> {
  const { update = options.device.updatesOnHost ? 'host' : 'graph' } = options;
  if (options.joined !== undefined) return residentRunner(options, options.joined);
  if (update === 'host') return hostRunner(options);
  return options.accumulates ? accumulatingRunner(options) : joinedRunner(options);
}

async function joinedRunner(options: StepRunnerOptions): Promise<StepRunner> {
  const { device, forward, state, rule, mapFolder } = options;
  const program = await device.compile(
    stepGraph(forward, state.groups, { parameters: options.parameters, rule }),
    { mapFolder },
  );
  const stateFeeds = flatFeeds(state);
  const results = fetchInto(options, stateFeeds);
  return {
    async run(input) {
      const [batch] = input.microBatches;
      if (batch === undefined || input.microBatches.length > 1)
        throw new RangeError('this run was planned for one micro-batch a step');
      const outputs = await program.run(
        { ...options.parameterFeeds, ...stateFeeds, ...batch, ...scalars(rule, input, program) },
        results.fetches,
      );
      const gradientNorm = number(outputs, 'gradient_norm');
      if (Number.isFinite(gradientNorm)) results.commit();
      const tally = createTally();
      tally.add(outputs);
      return { ...tally.done(), gradientNorm };
    },
    ...onHost,
    dispose: () => program.dispose(),
  };
}

async function accumulatingRunner(options: StepRunnerOptions): Promise<StepRunner> {
  const { device, forward, state, rule, mapFolder } = options;
  const gradients = await device.compile(
    gradientsGraph(forward, state.groups, options.parameters),
    { mapFolder },
  );
  const update: Program = await device.compile(updateGraph(state.groups, rule), {});
  const sums: Record<string, Tensor> = {};
  for (const { name, size } of state.groups)
    sums[`gradient.${name}`] = vector(new Float32Array(size));
  const stateFeeds = flatFeeds(state);
  const gradientResults = fetchInto(options, sums);
  const updateResults = fetchInto(options, stateFeeds);
  return {
    async run(input) {
      for (const { data } of Object.values(sums)) (data as Float32Array).fill(0);
      const tally = createTally();
      for (const batch of input.microBatches) {
        const outputs = await gradients.run(
          { ...options.parameterFeeds, ...sums, ...batch },
          gradientResults.fetches,
        );
        gradientResults.commit();
        tally.add(outputs);
      }
      // The norm tells whether every gradient is finite, and nothing has been written until it is known.
      const outputs = await update.run(
        { ...stateFeeds, ...sums, ...scalars(rule, input, update) },
        updateResults.fetches,
      );
      const gradientNorm = number(outputs, 'gradient_norm');
      if (Number.isFinite(gradientNorm)) updateResults.commit();
      return { ...tally.done(), gradientNorm };
    },
    ...onHost,
    async dispose() {
      await gradients.dispose();
      await update.dispose();
    },
  };
}

/** The buffers that a run writes to: the fed ones themselves, or others that are copied back. */
function fetchInto(
  { freshBuffers, mayOverflow }: StepRunnerOptions,
  feeds: Readonly<Record<string, Tensor>>,
): { readonly fetches: Readonly<Record<string, Tensor>>; commit(): void } {
  const fetches: Record<string, Tensor> = {};
  if (!freshBuffers && !mayOverflow) {
    for (const [name, tensor] of Object.entries(feeds)) fetches[nextName(name)] = tensor;
    return { fetches, commit: () => undefined };
  }
  for (const [name, { data }] of Object.entries(feeds))
    fetches[nextName(name)] = vector(new Float32Array(data.length));
  return {
    fetches,
    commit() {
      for (const [name, { data }] of Object.entries(feeds))
        (data as Float32Array).set(fetches[nextName(name)]?.data as Float32Array);
    },
  };
}

function flatFeeds(state: FlatState): Record<string, Tensor> {
  const feeds: Record<string, Tensor> = {};
  for (const [group, buffers] of state.buffers)
    for (const [kind, data] of Object.entries(buffers)) feeds[`${kind}.${group}`] = vector(data);
  return feeds;
}

function vector(data: Float32Array): Tensor {
  return { data, shape: [data.length], dtype: 'float32' };
}

function number(outputs: Readonly<Record<string, Tensor>>, name: string): number {
  return Number(outputs[name]?.data[0]);
}
