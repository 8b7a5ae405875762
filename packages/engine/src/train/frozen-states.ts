import { planBatches } from '../batch/batches.ts';
import { type BatchContext, batchFeeds } from '../batch/feeds.ts';
import { fillMicroBatch } from '../batch/packing.ts';
import { weightsFolder } from '../families/model-folder.ts';
import type { Tensor } from '../graph/tensor.ts';
import { constant, input } from '../graph/value.ts';
import { keptStateSize } from '../memory/kept-state-size.ts';
import { rootSeed } from '../nn/seed.ts';
import type { WindowShape } from '../nn/window.ts';
import { type Forward, type Placed, sizesOf } from '../objectives/objective.ts';
import { adaptedForward } from '../trained/adapted-forward.ts';
import { type WeightValues, weightValues } from '../trained/model-state.ts';
import type { PreparedRun } from './prepare-run.ts';

/** What the base model made of examples, so that a step or a score runs the head alone. */
export type FrozenStates<Example> = {
  /** The forward pass from the input `hidden_states` `[rows · tokens, hiddenSize]` on. */
  forward(weights: WeightValues, shape: WindowShape, training: boolean): Forward;
  /** The feeds of a micro-batch for it, of examples that are kept. */
  feeds(
    windows: readonly (readonly Example[])[],
    context: BatchContext<Example>,
  ): Record<string, Tensor>;
  /**
   * Keeps held-out examples too, in place of those that were asked about before. False where there is no room for them
   * beside the examples of the run: then the base model has to be run.
   */
  keep(held: readonly Example[]): Promise<boolean>;
};

/** The hidden states that the loss reads of each sequence of an example, one after the other. */
type Kept = readonly Float32Array[];

const backboneInputs = ['tokens', 'positions', 'segments', 'token_types'];

/**
 * Computes the hidden states of all examples once where `keptStateSize` finds that a run keeps them. Undefined where it
 * does not, and on devices that keep weights to themselves.
 */
export async function frozenStates<Example>(
  run: PreparedRun<Example>,
): Promise<FrozenStates<Example> | undefined> {
  const { model, settings, objective, examples, device } = run;
  const { hiddenSize } = model.config;
  const sizeOf = (some: readonly Example[]): number => {
    const all = some.flatMap((example) => objective.sequences(example));
    const tokens = all.reduce((sum, { length }) => sum + length, 0);
    return keptStateSize(run, { sequences: all.length, tokens });
  };
  const size = sizeOf(examples);
  if (size === 0 || device.residency !== undefined) return undefined;
  const kept = await computed(run, examples);
  let heldOut = new Map<Example, Kept>();
  return {
    forward: ({ tensor }, shape, training) =>
      objective.forward(
        {
          hidden: input('hidden_states', [shape.rows * shape.tokens, hiddenSize], 'float32'),
          head: () => {
            throw new Error(
              'an objective with a head of its own asked for that of the language model',
            );
          },
          tensor,
          labelSmoothing: training ? settings.labelSmoothing : 0,
        },
        shape,
      ),
    feeds(windows, context) {
      const feeds = batchFeeds(objective, windows, context);
      for (const name of backboneInputs) delete feeds[name];
      const { placed } = fillMicroBatch(windows, context.shape, objective.sequences);
      const rows = context.shape.rows * context.shape.tokens;
      const data = new Float32Array(rows * hiddenSize);
      for (const { example, starts } of placed)
        for (const [part, states] of (kept.get(example) ?? heldOut.get(example) ?? []).entries()) {
          const first = firstRead(run, { example, starts }, part);
          data.set(states, first * hiddenSize);
        }
      return { ...feeds, hidden_states: { data, shape: [rows, hiddenSize], dtype: 'float32' } };
    },
    async keep(held) {
      if (held.every((example) => kept.has(example) || heldOut.has(example))) return true;
      const more = sizeOf(held);
      if (more === 0 || size + more > settings.keptStateBytes) return false;
      heldOut = await computed(run, held);
      return true;
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

async function computed<Example>(
  run: PreparedRun<Example>,
  examples: readonly Example[],
): Promise<Map<Example, Kept>> {
  const { model, settings, objective, device, modelState } = run;
  const { hiddenSize } = model.config;
  const { shape, ...plan } = planBatches(
    sizesOf(objective, examples),
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
