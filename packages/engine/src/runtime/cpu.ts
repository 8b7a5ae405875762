import { dirname, relative } from 'node:path';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { elementCount, shapeText } from '../graph/shape.ts';
import { allocate, type DType, holds, type Tensor } from '../graph/tensor.ts';
import { ancestors, externalOp } from '../graph/value.ts';
import { encodeModel, type Graph } from '../onnx/encode.ts';
import type { CompileOptions, Device, Program, Tensors } from './device.ts';

export type CpuOptions = {
  /** Threads of one operator; ONNX Runtime decides when left out. */
  readonly threads?: number;
};

/** The CPU of this machine, through ONNX Runtime. */
export function cpuDevice({ threads }: CpuOptions = {}): Device {
  return {
    name: 'cpu',
    updatesOnHost: true,
    async compile(graph, options = {}) {
      const folder = options.mapFolder ?? weightFolder(graph);
      const model = encodeModel(graph, {
        device: 'cpu',
        ...(folder === undefined ? {} : { folder }),
      });
      const session = await create(model, sessionOptions(options, { folder, threads }));
      return new CpuProgram(session);
    },
  };
}

/** The folder above all files of external weights. */
function weightFolder(graph: Graph): string | undefined {
  let folder: string | undefined;
  for (const value of ancestors(Object.values(graph.outputs))) {
    if (value.op !== externalOp) continue;
    folder ??= dirname(value.source!.file);
    while (relative(folder, value.source!.file).startsWith('..')) folder = dirname(folder);
  }
  return folder;
}

function sessionOptions(
  { prepack = false }: CompileOptions,
  { folder, threads }: { folder: string | undefined; threads: number | undefined },
): InferenceSession.SessionOptions {
  return {
    executionProviders: ['cpu'],
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    // The pattern doubles peak memory and brings no speed.
    enableMemPattern: false,
    enableCpuMemArena: true,
    // Higher levels renumber nodes, and so undo the order that keeps little alive.
    graphOptimizationLevel: 'basic',
    logSeverityLevel: 3,
    extra: {
      // Merging equal nodes would undo recomputation; folding would copy stored weights as float32.
      'optimization.disable_specified_optimizers': 'CommonSubexpressionElimination;ConstantFolding',
      'session.disable_prepacking': prepack ? '0' : '1',
      'session.set_denormal_as_zero': '1',
      ...(folder === undefined
        ? {}
        : { 'session.model_external_initializers_file_folder_path': folder }),
    },
  };
}

async function create(
  model: Uint8Array,
  options: InferenceSession.SessionOptions,
): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(model, options);
  } catch (cause) {
    throw new Error(`ONNX Runtime refused the graph: ${reason(cause)}`, { cause });
  }
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

type Port = { readonly dtype: DType; readonly shape: readonly (number | string)[] };

class CpuProgram implements Program {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  #session: InferenceSession | undefined;
  #inputPorts: ReadonlyMap<string, Port>;
  #outputPorts: ReadonlyMap<string, Port>;

  constructor(session: InferenceSession) {
    this.#session = session;
    this.inputs = session.inputNames;
    this.outputs = session.outputNames;
    this.#inputPorts = ports(session.inputMetadata);
    this.#outputPorts = ports(session.outputMetadata);
  }

  async run(feeds: Tensors, fetches: Tensors = {}): Promise<Record<string, Tensor>> {
    if (this.#session === undefined) throw new Error('The program was disposed of.');
    const unknown = Object.keys(feeds).find((name) => !this.#inputPorts.has(name));
    if (unknown !== undefined) throw new Error(`The program has no input "${unknown}".`);
    const fed: Record<string, OrtTensor> = {};
    for (const [name, port] of this.#inputPorts) fed[name] = wrap('Input', name, feeds[name], port);
    const wanted: Record<string, OrtTensor | null> = {};
    for (const name of this.outputs) wanted[name] = null;
    for (const [name, tensor] of Object.entries(fetches)) {
      const port = this.#outputPorts.get(name);
      if (port === undefined) throw new Error(`The program has no output "${name}".`);
      wanted[name] = wrap('Output', name, tensor, port);
    }
    const answers = await this.#run(fed, wanted);
    return Object.fromEntries(
      this.outputs.map((name) => [name, fetches[name] ?? unwrap(answers[name]!)]),
    );
  }

  async #run(
    feeds: Record<string, OrtTensor>,
    fetches: Record<string, OrtTensor | null>,
  ): Promise<InferenceSession.OnnxValueMapType> {
    try {
      return await this.#session!.run(feeds, fetches);
    } catch (cause) {
      throw new Error(`ONNX Runtime failed in a run: ${reason(cause)}`, { cause });
    }
  }

  async dispose(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.release();
  }
}

function ports(metadata: readonly InferenceSession.ValueMetadata[]): Map<string, Port> {
  return new Map(
    metadata.map((entry) => {
      if (!entry.isTensor) throw new Error(`"${entry.name}" is not a tensor.`);
      return [entry.name, { dtype: entry.type as DType, shape: entry.shape }];
    }),
  );
}

function wrap(side: string, name: string, tensor: Tensor | undefined, port: Port): OrtTensor {
  if (tensor === undefined) throw new Error(`${side} "${name}" is missing.`);
  const { data, shape, dtype } = tensor;
  const fits =
    shape.length === port.shape.length &&
    port.shape.every((size, axis) => typeof size === 'string' || size === shape[axis]);
  if (dtype !== port.dtype || !fits) {
    throw new Error(
      `${side} "${name}" must be ${port.dtype}${shapeText(port.shape)}, not ${dtype}${shapeText(shape)}.`,
    );
  }
  if (!holds(dtype, data) || data.length !== elementCount(shape)) {
    throw new Error(
      `${side} "${name}" of ${dtype}${shapeText(shape)} holds a ${data.constructor.name} of ${data.length}.`,
    );
  }
  return new OrtTensor(dtype as 'float32', data as Float32Array, shape);
}

function unwrap(value: OrtTensor): Tensor {
  const dtype = value.type as DType;
  const data = value.data as Tensor['data'];
  return { data: holds(dtype, data) ? data : allocate(dtype, 0), shape: value.dims, dtype };
}
