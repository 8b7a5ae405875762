import type { OptimizerSettings } from '@lathe/recipe/optimizer';
import type { Tensor } from '../graph/tensor.ts';
import type { Value } from '../graph/value.ts';
import type { Forward } from '../objectives/objective.ts';
import type { FlatState } from '../optim/flat-state.ts';
import type { Device } from '../runtime/device.ts';
import type { JoinedWeights, UpdateRule } from '../step/graphs.ts';
import type { Tally } from './tally.ts';
import type { weightPacking } from './weight-packing.ts';

/** The sums that a step reports, and the gradient's norm before clipping. */
export type StepSums = Tally & { readonly gradientNorm: number };

/** One optimizer step. */
export type StepInput = {
  /** Feeds of each micro-batch. */
  readonly microBatches: readonly Readonly<Record<string, Tensor>>[];
  /** What the whole step counts as, by which its loss is normalised, once. */
  readonly weight: number;
  readonly learningRate: number;
  /** Counted from 1, for the optimizer's bias corrections. */
  readonly step: number;
};

export type StepRunner = {
  /** Runs a step and writes the state in place, or where it lies on the device. */
  run(input: StepInput): Promise<StepSums>;
  /** Brings the host's copy of the state up to date. */
  settle(): Promise<void>;
  /** The host's copy of the state was written: what lies on the device is void. */
  reset(): void;
  dispose(): Promise<void>;
};

export type StepRunnerOptions = {
  readonly device: Device;
  readonly forward: Forward;
  readonly parameters: ReadonlyMap<string, Value>;
  readonly parameterFeeds: Readonly<Record<string, Tensor>>;
  readonly state: FlatState;
  /** The groups' weights, where `parameters` are cut from them: the state then stays on the device. */
  readonly joined?: JoinedWeights | undefined;
  readonly rule: UpdateRule & { readonly settings: OptimizerSettings };
  readonly mapFolder: string;
  /** False when every step is one micro-batch. */
  readonly accumulates: boolean;
  /** Whether frozen weights are laid out anew for faster products; the host's runner asks. */
  readonly packing: Parameters<typeof weightPacking>[1];
  /** Where the state is updated; by default where the device says. */
  readonly update?: 'host' | 'graph' | undefined;
  /** Threads that update on the host, 1 or 2; by default as the device and the size say. */
  readonly updateThreads?: 1 | 2 | undefined;
  /** Write results to buffers of their own and copy them; slower, and for comparison only. */
  readonly freshBuffers?: boolean | undefined;
  /** Whether a gradient may be infinite without fault; the state then stays as it was. */
  readonly mayOverflow?: boolean | undefined;
};

/** For runners whose state is the host's own. */
export const onHost = {
  settle: () => Promise.resolve(),
  reset: () => undefined,
} as const satisfies Pick<StepRunner, 'settle' | 'reset'>;

/** The numbers that an update is fed besides gradients and state, those that the program reads. */
export function scalars(
  { optimizer }: UpdateRule,
  input: StepInput,
  program: { readonly inputs: readonly string[] },
): Record<string, Tensor> {
  const feeds: Record<string, Tensor> = { gradient_scale: scalar(1 / input.weight) };
  for (const [name, value] of Object.entries(optimizer.scalars(input.learningRate, input.step)))
    if (program.inputs.includes(name)) feeds[name] = scalar(value);
  return feeds;
}

function scalar(value: number): Tensor {
  return { data: Float32Array.of(value), shape: [], dtype: 'float32' };
}
