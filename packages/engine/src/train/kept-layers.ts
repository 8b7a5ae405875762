import { type BatchContext, batchFeeds, feedsOf, textFeeds } from '../batch/feeds.ts';
import { fillMicroBatch } from '../batch/packing.ts';
import { weightsFolder } from '../families/model-folder.ts';
import type { Tensor } from '../graph/tensor.ts';
import { ancestors, inputOp } from '../graph/value.ts';
import { keptLayerSize } from '../memory/kept-state-size.ts';
import type { Forward, Placed } from '../objectives/objective.ts';
import { lossGraph } from '../step/graphs.ts';
import { adaptedForward } from '../trained/adapted-forward.ts';
import { fixedInputs, frozenLayers, frozenStatesName } from '../trained/frozen-layers.ts';
import { parameterFeeds, type WeightValues } from '../trained/model-state.ts';
import { weightPacking } from '../update/weight-packing.ts';
import { KeptRows } from './kept-rows.ts';
import type { PreparedRun } from './prepare-run.ts';

/** Steps that run the frozen lower blocks once for each example, and the others on what these made of it. */
export type KeptLayers<Example> = {
  /** The training pass from what is kept on. */
  readonly forward: Forward;
  /** The feeds of weights that it reads. */
  readonly parameterFeeds: Readonly<Record<string, Tensor>>;
  /** The feeds of a micro-batch for it. The first that shows an example has it computed. Throws what the disk throws. */
  feeds(
    windows: readonly (readonly Example[])[],
    context: BatchContext<Example>,
  ): Promise<Record<string, Tensor>>;
  dispose(): Promise<void>;
};

/**
 * Opens what a run keeps of its frozen lower blocks, in `folder` what memory has no room for; undefined where it keeps
 * nothing, or no block is frozen.
 *
 * What the blocks make of an example is what they made of it in the first micro-batch of the run that shows it: the last
 * bits depend on where it lay. A run that is taken up computes that micro-batch again, and so gets the same bits.
 */
export async function keptLayers<Example>(
  run: PreparedRun<Example>,
  weights: WeightValues,
  folder: string,
): Promise<KeptLayers<Example> | undefined> {
  const { model, settings, objective, device, modelState, plan, sizes } = run;
  const tokens = sizes.reduce((sum, size) => sum + size.tokens, 0);
  if (device.residency !== undefined || keptLayerSize(run, { tokens }) === 0) return undefined;
  const forwardOf = adaptedForward(model, settings, modelState);
  const layers = frozenLayers(
    (border) => forwardOf(weights, plan.shape, { objective, training: true, border }),
    fixedInputs(modelState.adaptation),
  );
  if (layers === undefined) return undefined;
  const { below, above } = layers;
  const graph = { outputs: { states: below } };
  const program = await device.compile(graph, {
    mapFolder: weightsFolder(model),
    prepack: weightPacking(graph, settings, await device.products?.()) !== undefined,
  });
  const fixedFeeds = feedsOf(program, parameterFeeds(modelState));
  const kept = new KeptRows<Example>(settings.keptStateBytes, folder);
  const { hiddenSize } = model.config;
  const reads = { inputs: inputsOf(above) };
  let showing: ReadonlyMap<Example, Windows<Example>> | undefined;

  async function compute(windows: Windows<Example>): Promise<void> {
    const batch = fillMicroBatch(windows, plan.shape, objective);
    const texts = feedsOf(program, textFeeds(objective, batch));
    const { states } = await program.run({ ...fixedFeeds, ...texts });
    for (const placed of batch.placed)
      if (!kept.has(placed.example))
        await kept.put(placed.example, rowsAt(placed, states?.data as Float32Array));
  }
  /** What the blocks made of an example's tokens, sequence after sequence. */
  function rowsAt({ places }: Placed<Example>, data: Float32Array): Float32Array {
    const rows = new Float32Array(tokensOf(places) * hiddenSize);
    for (const [at, place] of places.flatMap((each) => [...each]).entries())
      rows.set(data.subarray(place * hiddenSize, (place + 1) * hiddenSize), at * hiddenSize);
    return rows;
  }
  return {
    forward: above,
    parameterFeeds: feedsOf(reads, parameterFeeds(modelState)),
    async feeds(windows, context) {
      showing ??= firstShown(run);
      for (const example of windows.flat())
        if (!kept.has(example)) await compute(showing.get(example) ?? windows);
      const { placed } = fillMicroBatch(windows, plan.shape, objective);
      const shape = [plan.shape.rows * plan.shape.tokens, hiddenSize];
      const data = new Float32Array((shape[0] as number) * hiddenSize);
      for (const { example, places } of placed) {
        const rows = new Float32Array(tokensOf(places) * hiddenSize);
        await kept.read(example, rows);
        for (const [at, place] of places.flatMap((each) => [...each]).entries())
          data.set(rows.subarray(at * hiddenSize, (at + 1) * hiddenSize), place * hiddenSize);
      }
      const feeds = feedsOf(reads, batchFeeds(objective, windows, context));
      return { ...feeds, [frozenStatesName]: { data, shape, dtype: 'float32' } };
    },
    async dispose() {
      await kept.dispose();
      await program.dispose();
    },
  };
}

function tokensOf(places: Placed<unknown>['places']): number {
  return places.reduce((sum, { length }) => sum + length, 0);
}

/** Rows of a micro-batch, each of the examples that share it. */
type Windows<Example> = readonly (readonly Example[])[];

/** The first micro-batch of the run that shows an example, by example. */
function firstShown<Example>({
  examples,
  plan,
}: PreparedRun<Example>): ReadonlyMap<Example, Windows<Example>> {
  const shown = new Map<Example, Windows<Example>>();
  for (let step = 0; step < plan.totalSteps && shown.size < examples.length; step++)
    for (const places of plan.step(step).microBatches) {
      const windows = places.map((window) => window.map((index) => examples[index] as Example));
      for (const example of windows.flat()) if (!shown.has(example)) shown.set(example, windows);
    }
  return shown;
}

/** The names of what a pass and its gradients read. */
function inputsOf(pass: Forward): readonly string[] {
  const ends = [...Object.values(lossGraph(pass).outputs), pass.gradientOf ?? pass.loss];
  return ancestors(ends).flatMap(({ op, name = '' }) => (op === inputOp ? [name] : []));
}
