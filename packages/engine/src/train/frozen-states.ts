import { planBatches } from '../batch/batches.ts';
import { type BatchContext, batchFeeds } from '../batch/feeds.ts';
import { fillMicroBatch } from '../batch/packing.ts';
import { weightsFolder } from '../families/model-folder.ts';
import type { Tensor } from '../graph/tensor.ts';
import { constant, input } from '../graph/value.ts';
import { rootSeed } from '../nn/seed.ts';
import type { WindowShape } from '../nn/window.ts';
import type { Forward, Placed } from '../objectives/objective.ts';
import { adaptedForward } from '../trained/adapted-forward.ts';
import { type WeightValues, weightValues } from '../trained/model-state.ts';
import type { PreparedRun } from './prepare-run.ts';

/** What the base model made of every example, so that a step runs the head alone. */
export type FrozenStates<Example> = {
  /** The forward pass from the input `hidden_states` `[rows · tokens, hiddenSize]` on. */
  forward(weights: WeightValues, shape: WindowShape): Forward;
  /** The feeds of a micro-batch for it. */
  feeds(
    windows: readonly (readonly Example[])[],
    context: BatchContext<Example>,
  ): Record<string, Tensor>;
};

/** The hidden states that the loss reads of each sequence of an example, one after the other. */
type Kept = readonly Float32Array[];

const backboneInputs = ['tokens', 'positions', 'segments', 'token_types'];

/**
 * Computes the hidden states of all examples once where a run trains a new head and nothing else. Undefined where the base
 * model makes something else of an example in another step (masked words, noise), where float16 is asked for, on devices
 * that keep weights to themselves, where memory is limited, and where the states take more than `keptStateBytes`.
 */
export async function frozenStates<Example>(
  run: PreparedRun<Example>,
): Promise<FrozenStates<Example> | undefined> {
  const { model, settings, objective, examples, sizes, device } = run;
  const { hiddenSize } = model.config;
  const { reads } = objective;
  const isOne = settings.adaptation.type === 'head' && settings.precision === 'float32';
  const isSteady =
    objective.inEpoch === undefined &&
    objective.measured === undefined &&
    settings.embeddingNoise === 0;
  const hasRoom = settings.memoryLimit === null && device.residency === undefined;
  if (!isOne || !isSteady || !hasRoom) return undefined;
  const rows = examples.reduce(
    (sum, example, at) =>
      sum + (reads === undefined ? (sizes[at]?.tokens ?? 0) : objective.sequences(example).length),
    0,
  );
  if (rows * hiddenSize * 4 > settings.keptStateBytes) return undefined;
  const kept = await computed(run);
  return {
    forward: ({ tensor }, shape) =>
      objective.forward(
        {
          hidden: input('hidden_states', [shape.rows * shape.tokens, hiddenSize], 'float32'),
          head: () => {
            throw new Error(
              'an objective with a head of its own asked for that of the language model',
            );
          },
          tensor,
          labelSmoothing: settings.labelSmoothing,
        },
        shape,
      ),
    feeds(windows, context) {
      const feeds = batchFeeds(objective, windows, context);
      for (const name of backboneInputs) delete feeds[name];
      const { placed } = fillMicroBatch(windows, context.shape, objective.sequences);
      const size = context.shape.rows * context.shape.tokens;
      const data = new Float32Array(size * hiddenSize);
      for (const { example, starts } of placed)
        for (const [part, states] of (kept.get(example) ?? []).entries()) {
          const first = firstRead(run, { example, starts }, part);
          data.set(states, first * hiddenSize);
        }
      return { ...feeds, hidden_states: { data, shape: [size, hiddenSize], dtype: 'float32' } };
    },
  };
}

/** The place of the first hidden state that is read of a sequence. */
function firstRead<Example>(
  { objective }: PreparedRun<Example>,
  { example, starts }: Placed<Example>,
  part: number,
): number {
  const start = starts[part] as number;
  if (objective.reads !== 'last') return start;
  return start + (objective.sequences(example)[part]?.length ?? 1) - 1;
}

async function computed<Example>(run: PreparedRun<Example>): Promise<Map<Example, Kept>> {
  const { model, settings, objective, examples, sizes, device, modelState } = run;
  const { hiddenSize } = model.config;
  const { shape, ...plan } = planBatches(
    sizes,
    { ...settings, epochs: 1, shuffle: false, batchSize: examples.length },
    rootSeed(0),
  );
  const forward = adaptedForward(model, settings, modelState);
  const { vectors } = forward(weightValues(model, modelState), shape, {
    objective: {
      forward: ({ hidden }) => {
        const nothing = constant(0, [], 'float32');
        return { loss: nothing, correct: nothing, vectors: { hidden } };
      },
    },
    training: false,
  });
  const hidden = vectors?.hidden;
  if (hidden === undefined) throw new Error('the forward pass gives no hidden states');
  const program = await device.compile(
    { outputs: { hidden } },
    { mapFolder: weightsFolder(model) },
  );
  const kept = new Map<Example, Kept>();
  try {
    for (const windows of plan.step(0).microBatches) {
      const batch = windows.map((window) => window.map((index) => examples[index] as Example));
      const all = batchFeeds(objective, batch, { shape, step: examples });
      const feeds = Object.fromEntries(
        Object.entries(all).filter(([name]) => program.inputs.includes(name)),
      );
      const data = (await program.run(feeds)).hidden?.data as Float32Array;
      const { placed } = fillMicroBatch(batch, shape, objective.sequences);
      for (const { example, starts } of placed)
        kept.set(
          example,
          objective.sequences(example).map((sequence, part) => {
            const first = firstRead(run, { example, starts }, part);
            const count = objective.reads === undefined ? sequence.length : 1;
            return data.slice(first * hiddenSize, (first + count) * hiddenSize);
          }),
        );
    }
  } finally {
    await program.dispose();
  }
  return kept;
}
