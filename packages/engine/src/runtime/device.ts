import type { Graph } from '../graph/graph.ts';
import type { DType, Tensor } from '../graph/tensor.ts';
import type { DeviceName } from '../graph/value.ts';

export type Tensors = Readonly<Record<string, Tensor>>;

export type CompileOptions = {
  /** Folder that holds all files of external weights; found from the weights when left out. */
  readonly mapFolder?: string;
  /** Repack weights for faster products at the cost of a copy of them, as float32 however they are stored; default false. */
  readonly prepack?: boolean;
  /**
   * Keep memory between runs, which saves asking for it again; default true. Without it a run's intermediate values are
   * given back as they die. Only the CPU asks.
   */
  readonly arena?: boolean;
  /**
   * Answers may lie in memory of the device, which whoever runs the program gives back with `giveBack` when they are
   * read; default false: they are arrays of their own.
   */
  readonly lends?: boolean;
};

/** A compiled graph, ready to run any number of times. */
export interface Program {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Whether answers lie in memory of the device until they are given back; they do not when absent. */
  readonly lends?: boolean;
  /**
   * Runs once and answers every output. Feeds are read in place. A tensor in `fetches` receives its output
   * instead of a new array, and may be one of the feeds when nothing reads that input after the output is
   * written. Throws when a feed is missing, unknown, or of another type or shape.
   */
  run(feeds: Tensors, fetches?: Tensors): Promise<Record<string, Tensor>>;
  /** Frees the program; no run may follow. */
  dispose(): Promise<void>;
}

/** A tensor that lies where the device computes, until it is disposed of. */
export interface ResidentTensor {
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** Gives its memory back; no run may read it then. Once is enough, twice does no harm. */
  dispose(): void;
}

export type ResidentAnswers = {
  /** The outputs that came to the host. */
  readonly host: Readonly<Record<string, Tensor>>;
  /** The outputs that stayed; each is the caller's to dispose of. */
  readonly resident: Readonly<Record<string, ResidentTensor>>;
};

/** A compiled graph some of whose outputs stay on the device. */
export interface ResidentProgram {
  readonly inputs: readonly string[];
  /** Runs once. Throws when a feed is missing, unknown, or of another type or shape. */
  run(feeds: Readonly<Record<string, Tensor | ResidentTensor>>): Promise<ResidentAnswers>;
  dispose(): Promise<void>;
}

/** What a device with a memory of its own can do besides. */
export interface Residency {
  /** Compiles a graph of which the outputs in `stay` do not come to the host. */
  compile(
    graph: Graph,
    stay: readonly string[],
    options?: CompileOptions,
  ): Promise<ResidentProgram>;
  /** Whether tensors of the type can lie there by themselves; others are fed from the host. */
  holds(dtype: DType): boolean;
  upload(tensor: Tensor): Promise<ResidentTensor>;
  download(tensor: ResidentTensor): Promise<Tensor>;
}

/**
 * `native`: in hardware, with sums in float32. `narrow`: in hardware, with sums in float16 too, which loses what is
 * small beside them. `rounded`: in float32 over numbers rounded to float16, which brings no speed. `none`: not at all.
 */
export type HalfProducts = 'native' | 'narrow' | 'rounded' | 'none';

/** Whose products of matrices: ONNX Runtime's, the same of padded widths, or those of our own kernels. Their last bits differ. */
export type Products = 'onnxruntime' | 'padded' | 'lathe';

/**
 * Something that runs graphs. What it answers does not depend on which device it is, only how fast.
 * @example const device: Device = cpuDevice();
 */
export interface Device {
  readonly name: DeviceName;
  /** Whether the host reaches the state as fast as the device, so that it had better update it. */
  readonly updatesOnHost: boolean;
  /** How it multiplies in float16; found out when first asked. */
  halfProducts(): Promise<HalfProducts>;
  /** Whose products it uses; ONNX Runtime's when absent. */
  products?(): Promise<Products>;
  /**
   * Why it cannot multiply bytes exactly, as a sentence without its stop; undefined where it can. It has no such products when
   * absent.
   */
  byteProducts?(): Promise<string | undefined>;
  /** The library of our own kernels, where their loops for the host's update are the fastest. */
  updateLibrary?(): Promise<string | undefined>;
  /** Threads that the host may use while no program runs; 1 when absent. */
  readonly hostThreads?: number;
  /** There when tensors can stay in the device's own memory between runs. */
  readonly residency?: Residency;
  compile(graph: Graph, options?: CompileOptions): Promise<Program>;
}
