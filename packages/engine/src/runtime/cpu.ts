import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import type { Tensor } from '../graph/tensor.ts';
import { encodeModel } from '../onnx/encode.ts';
import type { CompileOptions, Device, Program, Tensors } from './device.ts';
import {
  commonEntries,
  commonOptions,
  openSession,
  type Port,
  ports,
  runSession,
  unwrap,
  weightFolder,
  wrap,
} from './session.ts';

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
      const session = await openSession(model, sessionOptions(options, { folder, threads }));
      return new CpuProgram(session);
    },
  };
}

function sessionOptions(
  { prepack = false }: CompileOptions,
  { folder, threads }: { folder: string | undefined; threads: number | undefined },
): InferenceSession.SessionOptions {
  return {
    ...commonOptions,
    executionProviders: ['cpu'],
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    enableCpuMemArena: true,
    extra: { ...commonEntries(folder), 'session.disable_prepacking': prepack ? '0' : '1' },
  };
}

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
    const answers = await runSession(this.#session, fed, wanted);
    return Object.fromEntries(
      this.outputs.map((name) => [name, fetches[name] ?? unwrap(answers[name] as OrtTensor)]),
    );
  }

  async dispose(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.release();
  }
}
