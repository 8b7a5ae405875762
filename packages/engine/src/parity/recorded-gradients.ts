import { gradients } from '../autodiff.ts';
import { batchFeeds } from '../batch/feeds.ts';
import { weightsFolder } from '../families/model-folder.ts';
import type { Value } from '../graph/value.ts';
import { createSequenceScorer } from '../measure/sequence-scorer.ts';
import { sequenceScore } from '../objectives/sequence-log-probability.ts';
import { cpuDevice } from '../runtime/cpu.ts';
import { adaptedForward } from '../trained/adapted-forward.ts';
import { createModelState, parameterFeeds, weightValues } from '../trained/model-state.ts';
import type { recordedRun } from './recorded-preferences.ts';

// More room than the four examples of a step need, so that unused room takes part.
const shape = { rows: 4, tokens: 32, targets: 96, examples: 6 };

/** The gradients of the mean loss of a recorded run's first step, by parameter. For tests and the parity table. */
export async function firstGradients(
  run: Awaited<ReturnType<typeof recordedRun>>,
): Promise<ReadonlyMap<string, Float32Array>> {
  const { model, settings, objective } = run;
  const device = cpuDevice({ threads: 1 });
  const state = await createModelState(run);
  const graph = (part: { forward: typeof objective.forward }, within = shape) => {
    const weights = weightValues(model, state);
    const forwardOf = adaptedForward(model, settings, state);
    const built = forwardOf(weights, within, { objective: part, training: false });
    return { weights, built };
  };
  const mapFolder = weightsFolder(model);
  const scorer = createSequenceScorer({
    device,
    mapFolder,
    settings,
    forward: (within) => graph(sequenceScore, within).built,
    parameterFeeds: parameterFeeds(state),
  });
  const examples = run.examples.slice(0, settings.batchSize);
  const references = new Map<object, number[]>();
  for (const example of examples)
    references.set(example, [
      ...(await scorer.score(objective.measured?.reference(example) ?? [])),
    ]);
  await scorer.dispose();
  const zeros = new Float32Array(examples.length);
  const { weights, built } = graph(objective);
  const names = [...weights.parameters.keys()];
  const found = gradients(built.gradientOf ?? built.loss, [...weights.parameters.values()]);
  const outputs: Record<string, Value> = {};
  for (const [at, key] of names.entries()) outputs[key] = found[at] as Value;
  const program = await device.compile({ outputs }, { mapFolder });
  const windows = examples.map((example) => [example]);
  const answers = await program.run({
    ...parameterFeeds(state),
    ...batchFeeds(objective, windows, {
      shape,
      step: examples,
      reference: (example) => references.get(example) ?? [],
      estimate: () => ({ current: zeros, reference: zeros }),
    }),
  });
  await program.dispose();
  return new Map(
    names.map((key) => {
      const sums = answers[key]?.data as Float32Array;
      return [key, sums.map((sum) => sum / examples.length)];
    }),
  );
}

/**
 * ‖found − wanted‖ / ‖wanted‖ of each recorded tensor. One that is 0 but for rounding, as of a key's bias, is held
 * to the size of the others.
 */
export function distances(
  found: ReadonlyMap<string, Float32Array>,
  wanted: ReadonlyMap<string, Float32Array>,
): Map<string, number> {
  const least = 1e-4 * Math.hypot(...[...wanted.values()].map(length));
  return new Map(
    [...wanted].map(([key, values]) => {
      const own = found.get(key);
      const apart = values.map((value, at) => (own?.[at] ?? Number.NaN) - value);
      return [key, length(apart) / Math.max(length(values), least)];
    }),
  );
}

function length(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0));
}
