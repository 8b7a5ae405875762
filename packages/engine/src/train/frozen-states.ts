import { type BatchContext, batchFeeds } from '../batch/feeds.ts';
import { fillMicroBatch } from '../batch/packing.ts';
import type { Tensor } from '../graph/tensor.ts';
import { input } from '../graph/value.ts';
import { keptStateSize } from '../memory/kept-state-size.ts';
import type { WindowShape } from '../nn/window.ts';
import type { Forward } from '../objectives/objective.ts';
import { textInputs } from '../trained/frozen-layers.ts';
import type { WeightValues } from '../trained/model-state.ts';
import { type BaseStates, computeStates, firstRead } from './base-states.ts';
import type { PreparedRun } from './prepare-run.ts';
import { readStates, type StatesPlace, statesName, writeStates } from './stored-states.ts';

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
  /** Writes what this run computed and has not written yet into folders of `folder`, from which a later run takes it. */
  save(folder: string): Promise<void>;
};

/**
 * Computes the hidden states of all examples once where `keptStateSize` finds that a run keeps them, or takes them from
 * `place`. Undefined where it does not, and on devices that keep weights to themselves.
 */
export async function frozenStates<Example>(
  run: PreparedRun<Example>,
  place: StatesPlace,
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
  const unwritten = new Map<string, BaseStates<Example>>();
  const statesOf = async (some: readonly Example[]): Promise<BaseStates<Example>> => {
    const name = await statesName(run, some, place.run);
    const stored = await readStates(run, some, { folder: place.folder, name });
    if (stored !== undefined) return stored;
    const states = await computeStates(run, some);
    unwritten.set(name, states);
    return states;
  };
  const kept = (await statesOf(examples)).of;
  let heldOut: typeof kept = new Map();
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
      for (const name of textInputs) delete feeds[name];
      const { placed } = fillMicroBatch(windows, context.shape, objective);
      const rows = context.shape.rows * context.shape.tokens;
      const data = new Float32Array(rows * hiddenSize);
      for (const { example, places } of placed)
        for (const [part, states] of (kept.get(example) ?? heldOut.get(example) ?? []).entries()) {
          const first = firstRead(run, places, part);
          data.set(states, first * hiddenSize);
        }
      return { ...feeds, hidden_states: { data, shape: [rows, hiddenSize], dtype: 'float32' } };
    },
    async keep(held) {
      if (held.every((example) => kept.has(example) || heldOut.has(example))) return true;
      const more = sizeOf(held);
      if (more === 0 || size + more > settings.keptStateBytes) return false;
      heldOut = (await statesOf(held)).of;
      return true;
    },
    async save(folder) {
      for (const [name, { data }] of unwritten) {
        await writeStates(run, data, { folder, name });
        unwritten.delete(name);
      }
    },
  };
}
