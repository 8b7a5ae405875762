import { batchFeeds } from '../batch/feeds.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { WindowShape } from '../nn/window.ts';
import type { Forward, Objective } from '../objectives/objective.ts';
import type { Device } from '../runtime/device.ts';
import { KeptPrograms } from '../runtime/kept-programs.ts';

type TokenScorerOptions<Example> = {
  readonly objective: Objective<Example>;
  readonly device: Device;
  readonly mapFolder: string;
  /** The forward pass of the objective's `tokenScore` over one set of weights. */
  forward(shape: WindowShape): Forward;
  readonly parameterFeeds: Readonly<Record<string, Tensor>>;
};

/** Log-probabilities of the single targets of examples, without gradients. */
export type TokenScorer<Example> = {
  /** Those of each example, whose targets must all be scored, in windows as they are trained on. */
  score(
    microBatches: readonly (readonly (readonly Example[])[])[],
    shape: WindowShape,
  ): Promise<Map<Example, Float32Array>>;
  dispose(): Promise<void>;
};

/** Makes a scorer of an objective that has a `tokenScore`; its program is compiled when it is first asked for. */
export function createTokenScorer<Example>({
  objective,
  device,
  mapFolder,
  forward,
  parameterFeeds,
}: TokenScorerOptions<Example>): TokenScorer<Example> {
  const programs = new KeptPrograms(1);
  return {
    async score(microBatches, shape) {
      const { tokenScore } = objective;
      if (tokenScore === undefined)
        throw new Error(`the objective ${objective.name} scores no single tokens`);
      const program = await programs.get(JSON.stringify(shape), async () => {
        const scores = forward(shape).vectors?.tokens;
        if (scores === undefined) throw new Error('the forward pass gives no scores');
        return device.compile({ outputs: { scores } }, { mapFolder });
      });
      const found = new Map<Example, Float32Array>();
      for (const windows of microBatches) {
        const feeds = batchFeeds({ ...objective, ...tokenScore }, windows, { shape, step: [] });
        const outputs = await program.run({ ...parameterFeeds, ...feeds });
        const scores = outputs.scores?.data as Float32Array;
        let start = 0;
        for (const example of windows.flat()) {
          const end = start + objective.targets(example);
          found.set(example, scores.slice(start, end));
          start = end;
        }
      }
      return found;
    },
    dispose: () => programs.dispose(),
  };
}
