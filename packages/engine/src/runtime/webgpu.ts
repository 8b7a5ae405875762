import type { Graph } from '../graph/graph.ts';
import type { DType, Tensor } from '../graph/tensor.ts';
import { input } from '../graph/value.ts';
import { encodeModel } from '../onnx/encode.ts';
import type {
  CompileOptions,
  Device,
  HalfProducts,
  ResidentAnswers,
  ResidentProgram,
  ResidentTensor,
} from './device.ts';
import { probeHalfProducts } from './half-products.ts';
import { HostProgram } from './host-program.ts';
import {
  type InferenceSession,
  listSupportedBackends,
  type Tensor as OrtTensor,
} from './onnxruntime.ts';
import { fedTo, type Port, requireFit } from './port.ts';
import { residentCopies } from './resident-copies.ts';
import { commonOptions, openSession, ports, runSession, unwrap, wrap } from './session.ts';
import { commonEntries, weightFolder } from './session-settings.ts';

/**
 * A GPU through WebGPU (Vulkan, Metal or Direct3D 12 beneath it), by the provider inside ONNX Runtime's
 * package. Every node runs there: a graph that would have to fall back to the CPU is refused. Throws one
 * sentence when this machine has no adapter.
 *
 * Runs of one process must not overlap: ONNX Runtime's provider does not bear it. They do not, since a
 * run blocks its thread.
 */
export async function webgpuDevice(): Promise<Device> {
  if (!listSupportedBackends().some(({ name }) => name === 'webgpu'))
    throw new Error('This build of ONNX Runtime has no WebGPU provider.');
  await requireAdapter();
  let halfProducts: Promise<HalfProducts> | undefined;
  return {
    name: 'webgpu',
    updatesOnHost: false,
    halfProducts() {
      // The binding does not tell whether the adapter has the feature `shader-f16`; without, a run complains.
      halfProducts ??= probeHalfProducts(
        async (graph) => new HostProgram(await GpuProgram.compile(graph, [], { quiet: true })),
      );
      return halfProducts;
    },
    residency: {
      compile: GpuProgram.compile,
      // Bytes can be read by some operators there, but by none that copies.
      holds: (dtype) => dtype === 'float32' || dtype === 'int32',
      ...residentCopies(GpuProgram.compile),
    },
    async compile(graph, options) {
      return new HostProgram(await GpuProgram.compile(graph, [], options));
    },
  };
}

async function requireAdapter(): Promise<void> {
  const probe = input('x', [1], 'float32');
  try {
    const program = await GpuProgram.compile({ outputs: { y: probe } }, []);
    await program.dispose();
  } catch (cause) {
    throw new Error(
      'No WebGPU adapter was found: the graphics driver (Vulkan, Metal or Direct3D 12) is missing.',
      { cause },
    );
  }
}

/** A tensor in a buffer of the GPU. Its numbers are never asked for by `getData`, which ends the process. */
class GpuTensor implements ResidentTensor {
  readonly shape: readonly number[];
  readonly dtype: DType;
  #value: OrtTensor | undefined;

  constructor(value: OrtTensor) {
    if (value.location !== 'gpu-buffer')
      throw new Error(`ONNX Runtime left a tensor that stays on the GPU at "${value.location}".`);
    this.#value = value;
    this.shape = value.dims;
    this.dtype = value.type as DType;
  }

  get value(): OrtTensor {
    if (this.#value === undefined) throw new Error('The tensor was disposed of.');
    return this.#value;
  }

  dispose(): void {
    this.#value?.dispose();
    this.#value = undefined;
  }
}

class GpuProgram implements ResidentProgram {
  #session: InferenceSession | undefined;
  readonly #stay: ReadonlySet<string>;
  readonly inputs: readonly string[];
  readonly #inputPorts: ReadonlyMap<string, Port>;
  readonly outputPorts: ReadonlyMap<string, Port>;

  constructor(session: InferenceSession, stay: readonly string[]) {
    this.#session = session;
    this.#stay = new Set(stay);
    this.inputs = session.inputNames;
    this.#inputPorts = ports(session.inputMetadata);
    this.outputPorts = ports(session.outputMetadata);
  }

  static async compile(
    graph: Graph,
    stay: readonly string[],
    options: CompileOptions & { readonly quiet?: boolean } = {},
  ): Promise<GpuProgram> {
    const folder = options.mapFolder ?? weightFolder(graph);
    const model = encodeModel(graph, { device: 'webgpu', folder });
    const staying = stay.map((name): [string, 'gpu-buffer'] => [name, 'gpu-buffer']);
    const session = await openSession(model, {
      ...commonOptions,
      executionProviders: ['webgpu'],
      ...(options.quiet ? { logSeverityLevel: 4 as const } : {}),
      // Outputs that are not named come to the host.
      ...(staying.length === 0 ? {} : { preferredOutputLocation: Object.fromEntries(staying) }),
      extra: {
        ...commonEntries(folder),
        // Weights are copied to the GPU anyway: those of 16 bits become float32 on the way, as it has no casts.
        'optimization.disable_specified_optimizers': 'CommonSubexpressionElimination',
        'session.disable_cpu_ep_fallback': '1',
      },
    });
    return new GpuProgram(session, stay);
  }

  async run(feeds: Readonly<Record<string, Tensor | ResidentTensor>>): Promise<ResidentAnswers> {
    if (this.#session === undefined) throw new Error('The program was disposed of.');
    const fed = fedTo(this.#inputPorts, feeds, (name, port) => {
      const feed = feeds[name];
      requireFit('Input', name, feed, port);
      return feed instanceof GpuTensor ? feed.value : wrap('Input', name, feed as Tensor, port);
    });
    const wanted = Object.fromEntries([...this.outputPorts.keys()].map((name) => [name, null]));
    const answers = await runSession(this.#session, fed, wanted);
    const host: Record<string, Tensor> = {};
    const resident: Record<string, ResidentTensor> = {};
    for (const name of this.outputPorts.keys()) {
      const answer = answers[name] as OrtTensor;
      if (this.#stay.has(name)) resident[name] = new GpuTensor(answer);
      else host[name] = unwrap(answer);
    }
    return { host, resident };
  }

  async dispose(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.release();
  }
}
