import { dirname, relative } from 'node:path';
import type { Graph } from '../graph/graph.ts';
import { ancestors, externalOp } from '../graph/value.ts';

/** Our own kernels as a process has them: their library, and the instruction set that they use. */
export type LoadedKernels = { readonly file: string; readonly set: string };

/** Whose operators a session of the C API runs, and whose memory its values stay in. */
export type Provider = 'cpu' | 'cuda';

/** How a session on the CPU is opened, whichever binding opens it. */
export type CpuSessionSettings = {
  /** Threads of one operator; ONNX Runtime decides when left out. */
  readonly threads: number | undefined;
  /** Where ONNX Runtime writes the time of every operator. */
  readonly profilePrefix: string | undefined;
  /** Whether memory is kept between runs. */
  readonly arena: boolean;
  /** ONNX Runtime's configuration entries. */
  readonly entries: Readonly<Record<string, string>>;
  /** Our own kernels, where the graph is written for them. */
  readonly kernels: LoadedKernels | undefined;
  /** Whether answers may lie in the runtime's memory until they are given back. */
  readonly lends: boolean;
};

/**
 * Configuration entries that hold on every device. `widens`: weights that are stored in 16 bits become float32 once, when the
 * session is opened, instead of in every run.
 */
export function commonEntries(folder: string | undefined, widens = false): Record<string, string> {
  return {
    // Merging equal nodes would undo recomputation; folding copies stored weights as float32.
    'optimization.disable_specified_optimizers': `CommonSubexpressionElimination${widens ? '' : ';ConstantFolding'}`,
    // The first session sets it for the thread that compiles it too: numbers under 2.2e-308 are zero in its JavaScript from then on.
    'session.set_denormal_as_zero': '1',
    ...(folder === undefined
      ? {}
      : { 'session.model_external_initializers_file_folder_path': folder }),
  };
}

/** The folder above all files of external weights. */
export function weightFolder(graph: Graph): string | undefined {
  let folder: string | undefined;
  for (const value of ancestors(Object.values(graph.outputs))) {
    if (value.op !== externalOp) continue;
    folder ??= dirname(value.source!.file);
    while (relative(folder, value.source!.file).startsWith('..')) folder = dirname(folder);
  }
  return folder;
}

/** What a user is told of a graph that could not be compiled. */
export function refusal(cause: unknown): Error {
  return new Error(`ONNX Runtime refused the graph: ${reason(cause)}`, { cause });
}

/** What a user is told of a run that failed. */
export function failure(cause: unknown): Error {
  return new Error(`ONNX Runtime failed in a run: ${reason(cause)}`, { cause });
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
