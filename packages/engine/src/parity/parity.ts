import { gradients } from '../autodiff.ts';
import { batchFeeds } from '../batch/feeds.ts';
import { packLengths } from '../batch/packing.ts';
import { weightsFolder } from '../families/model-folder.ts';
import { readTensor, type TensorEntry } from '../formats/safetensors.ts';
import type { Value } from '../graph/value.ts';
import type { WindowShape } from '../nn/window.ts';
import { withVirtualTokens } from '../objectives/virtual-tokens.ts';
import { cpuDevice } from '../runtime/cpu.ts';
import { createTrainer, type TrainerOptions } from '../train/trainer.ts';
import { adaptedForward } from '../trained/adapted-forward.ts';
import { createModelState, parameterFeeds, weightValues } from '../trained/model-state.ts';

/** What another program computed for a run. */
export type Recording = {
  /** Mean loss over all examples at the start. */
  readonly loss: number;
  /** Gradients of that loss, by the names that this engine gives parameters. */
  readonly gradients: ReadonlyMap<string, TensorEntry>;
  /** Loss and norm of each step of training. */
  readonly curve: readonly { readonly loss: number; readonly gradientNorm: number }[];
};

/** Relative distances from a recording; the largest of each kind. */
export type Distances = {
  readonly loss: number;
  /** ‖found − wanted‖ / ‖wanted‖ of the worst tensor; NaN when no gradient was recorded. */
  readonly gradients: number;
  readonly curveLoss: number;
  readonly curveNorm: number;
};

/**
 * A gradient smaller than this is held to this size: some are zero but for rounding, such as those of biases
 * that a softmax takes away again.
 */
const least = 1e-3;

/** ‖found − wanted‖ / max(‖wanted‖, 1e-3). */
export function relativeDistance(found: ArrayLike<number>, wanted: Float32Array): number {
  let apart = 0;
  let size = 0;
  for (const [at, value] of wanted.entries()) {
    apart += ((found[at] ?? Number.NaN) - value) ** 2;
    size += value ** 2;
  }
  return Math.sqrt(apart) / Math.max(Math.sqrt(size), least);
}

/** The mean loss of all examples of a run at its start, packed into windows of `shape`, and its gradients. */
export async function startingGradients<Example>(
  run: TrainerOptions<Example>,
  shape: WindowShape,
): Promise<{ readonly loss: number; readonly gradients: ReadonlyMap<string, Float32Array> }> {
  const { model, settings, examples } = run;
  const state = await createModelState(run);
  const objective = withVirtualTokens(run.objective, state.adaptation.virtualTokens);
  const weights = weightValues(model, state);
  const options = { objective, training: true };
  const { loss, gradientOf } = adaptedForward(model, settings, state)(weights, shape, options);
  const names = [...weights.parameters.keys()];
  const found = gradients(gradientOf ?? loss, [...weights.parameters.values()]);
  const outputs: Record<string, Value> = { loss };
  for (const [at, key] of names.entries()) outputs[`gradient.${key}`] = found[at] as Value;
  const { device = cpuDevice() } = run;
  const program = await device.compile({ outputs }, { mapFolder: weightsFolder(model) });
  const lengths = examples.map((example) =>
    objective.sequences(example).reduce((sum, { length }) => sum + length, 0),
  );
  const windows = packLengths(lengths, shape.tokens).map((window) =>
    window.map((index) => examples[index] as Example),
  );
  const answers = await program.run({
    ...parameterFeeds(state),
    ...batchFeeds(objective, windows, { shape, step: examples }),
  });
  await program.dispose();
  const weight = examples.reduce((sum, example) => sum + objective.weight(example), 0);
  return {
    loss: Number(answers.loss?.data[0]) / weight,
    gradients: new Map(
      names.map((key) => {
        const sums = answers[`gradient.${key}`]?.data as Float32Array;
        return [key, sums.map((sum) => sum / weight)];
      }),
    ),
  };
}

/** How far the loss of all examples, packed, and its gradients are from what was recorded. */
export async function gradientDistances<Example>(
  run: TrainerOptions<Example>,
  recording: Pick<Recording, 'loss' | 'gradients'>,
  shape: WindowShape,
): Promise<Pick<Distances, 'loss' | 'gradients'> & { readonly compared: readonly string[] }> {
  const found = await startingGradients(run, shape);
  let worst = recording.gradients.size === 0 ? Number.NaN : 0;
  for (const [key, entry] of recording.gradients) {
    const gradient = found.gradients.get(key);
    if (gradient === undefined) throw new Error(`${key} was recorded but is not trained`);
    worst = Math.max(worst, relativeDistance(gradient, await readTensor(entry)));
  }
  return {
    loss: Math.abs(found.loss / recording.loss - 1),
    gradients: worst,
    compared: [...found.gradients.keys()],
  };
}

/** How far training is from a recorded run, at the first step and at the worst. Throws when it has another number of steps. */
export async function curveDistances<Example>(
  run: TrainerOptions<Example>,
  curve: Recording['curve'],
): Promise<Pick<Distances, 'curveLoss' | 'curveNorm'> & { readonly firstLoss: number }> {
  const trainer = await createTrainer(run);
  if (trainer.totalSteps !== curve.length)
    throw new Error(`${trainer.totalSteps} steps, but ${curve.length} were recorded`);
  let firstLoss = Number.NaN;
  let curveLoss = 0;
  let curveNorm = 0;
  for (const point of curve) {
    const { loss, gradientNorm } = await trainer.trainStep();
    const apart = Math.abs(loss / point.loss - 1);
    if (trainer.step === 1) firstLoss = apart;
    curveLoss = Math.max(curveLoss, apart);
    curveNorm = Math.max(curveNorm, Math.abs(gradientNorm / point.gradientNorm - 1));
  }
  await trainer.dispose();
  return { firstLoss, curveLoss, curveNorm };
}
