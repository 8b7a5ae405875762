import { roundUp } from '../batch/window-rows.ts';
import type { WindowShape } from '../nn/window.ts';
import type { TokenizedExample } from '../objectives/example.ts';
import type {
  ExampleLimits,
  Objective,
  StepContext,
  StepEstimate,
} from '../objectives/objective.ts';
import type { SequenceScorer } from './sequence-scorer.ts';

/** What is measured for the examples of one step. */
type StepMeasurements<Example> = Pick<StepContext<Example>, 'reference' | 'estimate'>;

export type MeasurementsOptions<Example> = {
  readonly objective: Objective<Example>;
  readonly limits: ExampleLimits;
  readonly batchSize: number;
  readonly microBatchTokens: number;
  /** Scores under the weights that the run started from. */
  readonly start: SequenceScorer;
  /** Scores under the current weights. */
  readonly current: SequenceScorer;
};

/**
 * Log-probabilities that an objective needs beside its own forward pass. References are measured when
 * first asked for, always under the starting weights, and kept: how far the run is makes no difference.
 */
export type Measurements<Example> = {
  /** Measures what is not known yet of these examples. */
  prepare(examples: readonly Example[]): Promise<void>;
  /** Measures a step's estimate; `all` are the examples that any step of this kind is drawn from. */
  step(members: readonly Example[], all: readonly Example[]): Promise<StepMeasurements<Example>>;
  /** The references of examples as one array, in order; they must have been prepared. */
  save(examples: readonly Example[]): Float32Array;
  restore(examples: readonly Example[], numbers: Float32Array): void;
  /** How many numbers `save` gives. */
  size(examples: readonly Example[]): number;
  dispose(): Promise<void>;
};

export function createMeasurements<Example>({
  objective,
  limits,
  batchSize,
  microBatchTokens,
  start,
  current,
}: MeasurementsOptions<Example>): Measurements<Example> {
  const { measured } = objective;
  const known = new Map<Example, readonly number[]>();
  const prepared = new WeakSet<readonly Example[]>();
  const shapes = new WeakMap<readonly Example[], WindowShape>();

  const sequencesOf = (example: Example): readonly TokenizedExample[] =>
    measured?.reference(example) ?? [];

  function put(examples: readonly Example[], numbers: Float32Array): void {
    let at = 0;
    for (const example of examples) {
      const { length } = sequencesOf(example);
      known.set(example, [...numbers.subarray(at, at + length)]);
      at += length;
    }
  }

  function reference(example: Example): readonly number[] {
    const found = known.get(example);
    if (found === undefined) throw new Error('the reference of an example was not measured');
    return found;
  }

  /** One shape for every step, so that a resumed run computes what an undisturbed one does. */
  function shapeFor(all: readonly Example[]): WindowShape {
    const found = shapes.get(all);
    if (found !== undefined) return found;
    const longest = measured?.estimate?.longest(all, limits) ?? { tokens: 1, targets: 1 };
    const tokens = roundUp(longest.tokens);
    const rows = Math.max(1, Math.min(batchSize, Math.floor(microBatchTokens / tokens)));
    const shape = { rows, tokens, targets: rows * longest.targets, examples: rows };
    shapes.set(all, shape);
    return shape;
  }

  return {
    async prepare(examples) {
      if (measured === undefined || prepared.has(examples)) return;
      const fresh = examples.filter((example) => !known.has(example));
      put(fresh, await start.score(fresh.flatMap(sequencesOf)));
      prepared.add(examples);
    },
    async step(members, all) {
      const estimate = measured?.estimate;
      let found: StepEstimate | undefined;
      if (estimate !== undefined) {
        const sequences = estimate.sequences(members, limits);
        const shape = shapeFor(all);
        found = {
          current: await current.scoreInRows(sequences, shape),
          reference: await start.scoreInRows(sequences, shape),
        };
      }
      return {
        reference,
        estimate() {
          if (found === undefined) throw new Error('the objective asks for no estimate');
          return found;
        },
      };
    },
    save: (examples) =>
      measured === undefined
        ? new Float32Array()
        : Float32Array.from(examples.flatMap((example) => [...reference(example)])),
    restore: put,
    size: (examples) =>
      measured === undefined
        ? 0
        : examples.reduce((sum, example) => sum + sequencesOf(example).length, 0),
    async dispose() {
      await start.dispose();
      await current.dispose();
    },
  };
}
