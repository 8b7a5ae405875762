import type { DeviceName } from '../graph/op.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Graph } from '../onnx/encode.ts';

export type Tensors = Readonly<Record<string, Tensor>>;

export type CompileOptions = {
  /** Folder that holds all files of external weights; found from the weights when left out. */
  readonly mapFolder?: string;
  /** Repack weights for faster products at the cost of a copy of them; default false. */
  readonly prepack?: boolean;
};

/** A compiled graph, ready to run any number of times. */
export interface Program {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /**
   * Runs once and answers every output. Feeds are read in place. A tensor in `fetches` receives its output
   * instead of a new array, and may be one of the feeds when nothing reads that input after the output is
   * written. Throws when a feed is missing, unknown, or of another type or shape.
   */
  run(feeds: Tensors, fetches?: Tensors): Promise<Record<string, Tensor>>;
  /** Frees the program; no run may follow. */
  dispose(): Promise<void>;
}

/** Something that runs graphs. What it answers does not depend on which device it is, only how fast. */
export interface Device {
  readonly name: DeviceName;
  /** Whether the host reaches the state as fast as the device, so that it had better update it. */
  readonly updatesOnHost: boolean;
  compile(graph: Graph, options?: CompileOptions): Promise<Program>;
}
