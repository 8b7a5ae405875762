import { type BatchSettings, planBatches } from '../batch/batches.ts';
import { fillMicroBatch } from '../batch/packing.ts';
import type { SharingChoice } from '../batch/sharing-plan.ts';
import type { Tensor } from '../graph/tensor.ts';
import { rootSeed } from '../nn/seed.ts';
import type { WindowShape } from '../nn/window.ts';
import { type TokenizedExample, targetCount } from '../objectives/example.ts';
import type { Forward } from '../objectives/objective.ts';
import { sequenceScore } from '../objectives/sequence-log-probability.ts';
import type { Device, Program } from '../runtime/device.ts';
import { KeptPrograms } from '../runtime/kept-programs.ts';

export type SequenceScorerOptions = {
  readonly device: Device;
  readonly mapFolder: string;
  readonly settings: Pick<BatchSettings, 'packing' | 'microBatchTokens'>;
  /** Compute what the sequences of a window begin with once. */
  readonly sharing?: SharingChoice | undefined;
  /** The forward pass of `sequenceScore` over one set of weights. */
  forward(shape: WindowShape): Forward;
  readonly parameterFeeds: Readonly<Record<string, Tensor>>;
};

/** Log-probabilities of sequences, each summed over its supervised tokens, without gradients. */
export type SequenceScorer = {
  /** Scores in packed windows of a shape that suits these sequences. */
  score(sequences: readonly TokenizedExample[]): Promise<Float32Array>;
  /** Scores in windows of one sequence each, of a given shape, whatever the sequences are. */
  scoreInRows(sequences: readonly TokenizedExample[], shape: WindowShape): Promise<Float32Array>;
  dispose(): Promise<void>;
};

/** Makes a scorer; it keeps the program of the latest shape. */
export function createSequenceScorer(options: SequenceScorerOptions): SequenceScorer {
  const { device, mapFolder } = options;
  const programs = new KeptPrograms(1);

  async function compile(shape: WindowShape): Promise<Program> {
    const logProbabilities = options.forward(shape).vectors?.logProbabilities;
    if (logProbabilities === undefined) throw new Error('the forward pass gives no scores');
    return device.compile({ outputs: { scores: logProbabilities } }, { mapFolder });
  }

  async function run(
    sequences: readonly TokenizedExample[],
    shape: WindowShape,
    microBatches: readonly (readonly (readonly number[])[])[],
  ): Promise<Float32Array> {
    const program = await programs.get(JSON.stringify(shape), () => compile(shape));
    const scores = new Float32Array(sequences.length);
    for (const windows of microBatches) {
      const batch = fillMicroBatch(
        windows.map((window) => window.map((index) => sequences[index] as TokenizedExample)),
        shape,
        { sequences: sequenceScore.sequences, sharesPrompts: options.sharing !== undefined },
      );
      const flat = (data: Int32Array): Tensor => ({ data, shape: [data.length], dtype: 'int32' });
      const outputs = await program.run({
        ...options.parameterFeeds,
        tokens: flat(batch.tokens),
        positions: flat(batch.positions),
        ends: flat(batch.ends),
        ...sequenceScore.feeds(batch.placed, { shape }),
      });
      const found = outputs.scores?.data as Float32Array;
      for (const [slot, index] of windows.flat().entries()) scores[index] = found[slot] as number;
    }
    return scores;
  }

  return {
    async score(sequences) {
      if (sequences.length === 0) return new Float32Array();
      const sizes = sequences.map((sequence) => ({
        tokens: sequence.tokens.length,
        targets: targetCount(sequence),
      }));
      const plan = planBatches(
        sizes,
        {
          ...options.settings,
          ...{ epochs: 1, shuffle: false, batchSize: sequences.length },
          sharing: options.sharing && {
            ...options.sharing,
            sequences: (index) => [(sequences[index] as TokenizedExample).tokens],
          },
        },
        rootSeed(0),
      );
      return run(sequences, plan.shape, plan.step(0).microBatches);
    },
    async scoreInRows(sequences, shape) {
      const microBatches: number[][][] = [];
      for (let from = 0; from < sequences.length; from += shape.rows)
        microBatches.push(
          Array.from({ length: Math.min(shape.rows, sequences.length - from) }, (_, at) => [
            from + at,
          ]),
        );
      return run(sequences, shape, microBatches);
    },
    dispose: () => programs.dispose(),
  };
}
