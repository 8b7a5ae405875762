import type { Tensor } from '../graph/tensor.ts';
import type { Residency, ResidentAnswers, ResidentTensor } from '../runtime/device.ts';
import {
  gradientsGraph,
  type JoinedWeights,
  nextName,
  stepGraph,
  updateGraph,
} from '../step/graphs.ts';
import { feedName } from '../trained/model-state.ts';
import { type StepInput, type StepRunner, type StepRunnerOptions, scalars } from './step.ts';
import { createTally } from './tally.ts';

type Residents = Record<string, ResidentTensor>;
type Feeds = Readonly<Record<string, Tensor | ResidentTensor>>;

/**
 * Runs steps whose state (weights, moments, summed gradients) stays on the device from step to step; only
 * the batch goes there, and only loss and norm come back. A run writes to buffers of its own, since
 * WebGPU ignores those it is given, and the old ones are freed at once.
 */
export async function residentRunner(
  options: StepRunnerOptions,
  joined: JoinedWeights,
): Promise<StepRunner> {
  const { device, forward, state, rule, mapFolder, parameters, accumulates } = options;
  const { residency } = device;
  if (residency === undefined) throw new RangeError(`${device.name} has no memory of its own`);
  const { groups } = state;
  const kept = keptState(options, residency);
  const fixed = await uploadFixed(options, residency);
  const sumNames = groups.map(({ name }) => `gradient.${name}`);

  /** Ends a step: takes the new state over, unless the gradient was not finite. */
  const finish = ({ host, resident }: ResidentAnswers): number => {
    const gradientNorm = Number(host.gradient_norm?.data[0]);
    if (Number.isFinite(gradientNorm)) kept.replace(resident);
    else disposeAll(resident);
    return gradientNorm;
  };

  const ends = (disposePrograms: () => Promise<void>): Omit<StepRunner, 'run'> => ({
    settle: kept.settle,
    reset: kept.reset,
    async dispose() {
      kept.reset();
      fixed.dispose();
      await disposePrograms();
    },
  });

  if (!accumulates) {
    const graph = stepGraph(forward, groups, { parameters, rule, weights: joined.inputs });
    const program = await residency.compile(graph, kept.names.map(nextName), { mapFolder });
    return {
      async run(input) {
        const batch = onlyBatch(input);
        const answers = await program.run({
          ...fixed.feeds,
          ...kept.feeds(),
          ...batch,
          ...scalars(rule, input, program),
        });
        const tally = createTally();
        tally.add(answers.host);
        return { ...tally.done(), gradientNorm: finish(answers) };
      },
      ...ends(() => program.dispose()),
    };
  }

  const gradients = await residency.compile(
    gradientsGraph(forward, groups, parameters),
    sumNames.map(nextName),
    { mapFolder },
  );
  const update = await residency.compile(updateGraph(groups, rule), kept.names.map(nextName));
  const zeros: Residents = {};
  for (const { name, size } of groups)
    zeros[`gradient.${name}`] = await residency.upload(vector(new Float32Array(size)));
  return {
    async run(input) {
      const tally = createTally();
      let sums = zeros;
      for (const batch of input.microBatches) {
        const { host, resident } = await gradients.run({
          ...fixed.feeds,
          ...kept.weights(),
          ...sums,
          ...batch,
        });
        if (sums !== zeros) disposeAll(sums);
        sums = Object.fromEntries(
          sumNames.map((name) => [name, resident[nextName(name)] as ResidentTensor]),
        );
        tally.add(host);
      }
      const answers = await update.run({
        ...kept.feeds(),
        ...sums,
        ...scalars(rule, input, update),
      });
      if (sums !== zeros) disposeAll(sums);
      return { ...tally.done(), gradientNorm: finish(answers) };
    },
    ...ends(async () => {
      disposeAll(zeros);
      await gradients.dispose();
      await update.dispose();
    }),
  };
}

/** The state's buffers on the device, and how they and the host's come to agree. */
function keptState({ state }: StepRunnerOptions, residency: Residency) {
  const host: Record<string, Tensor> = {};
  for (const [group, buffers] of state.buffers)
    for (const [kind, data] of Object.entries(buffers)) host[`${kind}.${group}`] = vector(data);
  const names = Object.keys(host);
  let residents: Residents | undefined;
  let isSettled = true;
  const feeds = (): Feeds => residents ?? host;
  return {
    names,
    feeds,
    weights: () =>
      Object.fromEntries(Object.entries(feeds()).filter(([name]) => name.startsWith('weights.'))),
    replace(next: Readonly<Residents>): void {
      if (residents !== undefined) disposeAll(residents);
      residents = Object.fromEntries(
        names.map((name) => [name, next[nextName(name)] as ResidentTensor]),
      );
      isSettled = false;
    },
    async settle(): Promise<void> {
      if (isSettled || residents === undefined) return;
      for (const [name, resident] of Object.entries(residents)) {
        const { data } = await residency.download(resident);
        (host[name] as Tensor & { data: Float32Array }).data.set(data as Float32Array);
      }
      isSettled = true;
    },
    reset(): void {
      if (residents !== undefined) disposeAll(residents);
      residents = undefined;
      isSettled = true;
    },
  };
}

/** What no step changes goes to the device once, where it can lie there. */
async function uploadFixed(
  { parameterFeeds, state }: StepRunnerOptions,
  residency: Residency,
): Promise<{ readonly feeds: Feeds; dispose(): void }> {
  const trained = new Set([...state.tensors.keys()].map(feedName));
  const feeds: Record<string, Tensor | ResidentTensor> = {};
  const uploaded: Residents = {};
  for (const [name, tensor] of Object.entries(parameterFeeds))
    if (!trained.has(name) && residency.holds(tensor.dtype))
      uploaded[name] = await residency.upload(tensor);
    else if (!trained.has(name)) feeds[name] = tensor;
  return { feeds: { ...feeds, ...uploaded }, dispose: () => disposeAll(uploaded) };
}

function onlyBatch({ microBatches }: StepInput): Readonly<Record<string, Tensor>> {
  const [batch] = microBatches;
  if (batch === undefined || microBatches.length > 1)
    throw new RangeError('this run was planned for one micro-batch a step');
  return batch;
}

function disposeAll(residents: Readonly<Residents>): void {
  for (const resident of Object.values(residents)) resident.dispose();
}

function vector(data: Float32Array): Tensor {
  return { data, shape: [data.length], dtype: 'float32' };
}
