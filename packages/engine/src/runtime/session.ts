import { dirname, relative } from 'node:path';
import type { Graph } from '../graph/graph.ts';
import { elementCount, shapeText } from '../graph/shape.ts';
import { allocate, type DType, holds, type Tensor } from '../graph/tensor.ts';
import { ancestors, externalOp } from '../graph/value.ts';
import { InferenceSession, Tensor as OrtTensor } from './onnxruntime.ts';

/** Type and shape of an input or output; a text stands for a size that is known only in a run. */
export type Port = { readonly dtype: DType; readonly shape: readonly (number | string)[] };

/** Options that hold on every device. */
export const commonOptions = {
  // The pattern doubles peak memory and brings no speed.
  enableMemPattern: false,
  // Higher levels renumber nodes, and so undo the order that keeps little alive.
  graphOptimizationLevel: 'basic',
  logSeverityLevel: 3,
} as const satisfies InferenceSession.SessionOptions;

/** Configuration entries that hold on every device. */
export function commonEntries(folder: string | undefined): Record<string, string> {
  return {
    // Merging equal nodes would undo recomputation; folding would copy stored weights as float32.
    'optimization.disable_specified_optimizers': 'CommonSubexpressionElimination;ConstantFolding',
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

/** Opens a session. Throws with ONNX Runtime's reason when it refuses the graph. */
export async function openSession(
  model: Uint8Array,
  options: InferenceSession.SessionOptions,
): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(model, options);
  } catch (cause) {
    throw new Error(`ONNX Runtime refused the graph: ${reason(cause)}`, { cause });
  }
}

/** Runs a session. Throws with ONNX Runtime's reason when it fails. */
export async function runSession(
  session: InferenceSession,
  feeds: Record<string, OrtTensor>,
  fetches: Record<string, OrtTensor | null>,
): Promise<InferenceSession.OnnxValueMapType> {
  try {
    return await session.run(feeds, fetches);
  } catch (cause) {
    throw new Error(`ONNX Runtime failed in a run: ${reason(cause)}`, { cause });
  }
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** The inputs or outputs of a session by name. */
export function ports(metadata: readonly InferenceSession.ValueMetadata[]): Map<string, Port> {
  return new Map(
    metadata.map((entry) => {
      if (!entry.isTensor) throw new Error(`"${entry.name}" is not a tensor.`);
      return [entry.name, { dtype: entry.type as DType, shape: entry.shape }];
    }),
  );
}

/** Throws unless the tensor is of the port's type and shape. */
export function requireFit(
  side: string,
  name: string,
  tensor: Pick<Tensor, 'shape' | 'dtype'> | undefined,
  port: Port,
): void {
  if (tensor === undefined) throw new Error(`${side} "${name}" is missing.`);
  const { shape, dtype } = tensor;
  const fits =
    shape.length === port.shape.length &&
    port.shape.every((size, axis) => typeof size === 'string' || size === shape[axis]);
  if (dtype === port.dtype && fits) return;
  throw new Error(
    `${side} "${name}" must be ${port.dtype}${shapeText(port.shape)}, not ${dtype}${shapeText(shape)}.`,
  );
}

/** The tensor as ONNX Runtime takes it, not copied. Throws unless it fits the port. */
export function wrap(
  side: string,
  name: string,
  tensor: Tensor | undefined,
  port: Port,
): OrtTensor {
  requireFit(side, name, tensor, port);
  const { data, shape, dtype } = tensor as Tensor;
  if (!holds(dtype, data) || data.length !== elementCount(shape)) {
    throw new Error(
      `${side} "${name}" of ${dtype}${shapeText(shape)} holds a ${data.constructor.name} of ${data.length}.`,
    );
  }
  return new OrtTensor(dtype as 'float32', data as Float32Array, shape);
}

/** Each input's tensor as `feed` gives it. Throws for a feed that no input has. */
export function fedTo(
  inputs: ReadonlyMap<string, Port>,
  feeds: Readonly<Record<string, unknown>>,
  feed: (name: string, port: Port) => OrtTensor,
): Record<string, OrtTensor> {
  const unknown = Object.keys(feeds).find((name) => !inputs.has(name));
  if (unknown !== undefined) throw new Error(`The program has no input "${unknown}".`);
  return Object.fromEntries([...inputs].map(([name, port]) => [name, feed(name, port)]));
}

/** A tensor of the host as this engine has it, not copied. */
export function unwrap(value: OrtTensor): Tensor {
  const dtype = value.type as DType;
  const data = value.data as Tensor['data'];
  return { data: holds(dtype, data) ? data : allocate(dtype, 0), shape: value.dims, dtype };
}
