import { planBatches } from '../batch/batches.ts';
import { feedsOf, textFeeds } from '../batch/feeds.ts';
import { fillMicroBatch } from '../batch/packing.ts';
import { weightsFolder } from '../families/model-folder.ts';
import { constant } from '../graph/value.ts';
import { rootSeed } from '../nn/seed.ts';
import { type Placed, sizesOf } from '../objectives/objective.ts';
import { adaptedForward } from '../trained/adapted-forward.ts';
import { weightValues } from '../trained/model-state.ts';
import type { PreparedRun } from './prepare-run.ts';

/** What the base model made of some examples. */
export type BaseStates<Example> = {
  /** All of it, example after example: `[states, hiddenSize]`. */
  readonly data: Float32Array;
  /** Of each example the hidden states that the loss reads of its sequences, which lie in `data`. */
  readonly of: ReadonlyMap<Example, readonly Float32Array[]>;
};

/** How many hidden states the loss reads of the examples: one a token, or one a sequence. */
export function stateCount<Example>(
  run: PreparedRun<Example>,
  examples: readonly Example[],
): number {
  return examples.reduce((sum, example) => sum + statesOf(run, example).total, 0);
}

/** The states of examples in `data`, which has `stateCount` of them. */
export function layStates<Example>(
  run: PreparedRun<Example>,
  examples: readonly Example[],
  data: Float32Array,
): BaseStates<Example> {
  const { hiddenSize } = run.model.config;
  let at = 0;
  const take = (count: number): Float32Array => {
    const from = at;
    at += count * hiddenSize;
    return data.subarray(from, at);
  };
  return {
    data,
    of: new Map(examples.map((example) => [example, statesOf(run, example).counts.map(take)])),
  };
}

function statesOf<Example>({ objective }: PreparedRun<Example>, example: Example) {
  const counts = objective
    .sequences(example)
    .map(({ length }) => (objective.reads === undefined ? length : 1));
  return { counts, total: counts.reduce((sum, count) => sum + count, 0) };
}

/** The place of the first hidden state that is read of a sequence. */
export function firstRead<Example>(
  { objective }: PreparedRun<Example>,
  places: Placed<Example>['places'],
  part: number,
): number {
  return places[part]?.at(objective.reads === 'last' ? -1 : 0) as number;
}

/** Runs the base model over the examples once. */
export async function computeStates<Example>(
  run: PreparedRun<Example>,
  examples: readonly Example[],
): Promise<BaseStates<Example>> {
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
  const kept = layStates(run, examples, new Float32Array(stateCount(run, examples) * hiddenSize));
  try {
    for (const windows of plan.step(0).microBatches) {
      const batch = windows.map((window) => window.map((index) => examples[index] as Example));
      const filled = fillMicroBatch(batch, shape, objective);
      const feeds = feedsOf(program, textFeeds(objective, filled));
      const data = (await program.run(feeds)).hidden?.data as Float32Array;
      for (const { example, places } of filled.placed)
        for (const [part, states] of (kept.of.get(example) ?? []).entries()) {
          const first = firstRead(run, places, part) * hiddenSize;
          states.set(data.subarray(first, first + states.length));
        }
    }
  } finally {
    await program.dispose();
  }
  return kept;
}
