import { elementCount } from '../../graph/shape.ts';
import { bytesPerElement } from '../../graph/tensor.ts';
import { elementType, onnxType } from '../../ops/element-types.ts';
import type { CpuSessionSettings, LoadedKernels, Provider } from '../session-settings.ts';
import { runBound } from './io-binding.ts';
import { type Address, type Library, memoryAt, textAt } from './library.ts';
import type {
  Answer,
  BoundAnswer,
  CopiedAnswer,
  NamedPort,
  Place,
  StayingValue,
  ToSessions,
} from './messages.ts';
import { chooseKernels } from './own-kernels.ts';

const warnings = 2;
const errors = 3;
/** `ORT_ENABLE_BASIC`: higher levels renumber nodes, and so undo the order that keeps little alive. */
const basicLevel = 1;
const deviceAllocator = 0;
const arenaAllocator = 1;
const defaultMemory = 0;
/** The first GPU that CUDA sees, which is the one that its provider takes. */
const firstDevice = 0;

/** What sessions of a process share. */
export class NativeRuntime {
  readonly library: Library;
  readonly environment: Address;
  /** The process's own. */
  readonly memory: Address;
  readonly allocator: Address;
  #cudaMemory: Address | undefined;

  constructor(library: Library) {
    this.library = library;
    this.environment = library.find('CreateEnv', warnings, 'lathe');
    this.memory = library.find('CreateCpuMemoryInfo', arenaAllocator, defaultMemory);
    this.allocator = library.find('GetAllocatorWithDefaultOptions');
  }

  /** Loads our kernels, and sees whether ONNX Runtime takes them. Gives the instruction set that they use. */
  loadKernels({ file, set }: LoadedKernels): string {
    const chosen = chooseKernels(file, set);
    const options = this.library.find('CreateSessionOptions');
    try {
      this.library.call('RegisterCustomOpsLibrary_V2', options, file);
    } finally {
      this.library.call('ReleaseSessionOptions', options);
    }
    return chosen;
  }

  /** Where the values of a provider lie that stay. */
  memoryOf(provider: Provider): Address {
    if (provider === 'cpu') return this.memory;
    this.#cudaMemory ??= this.library.find(
      'CreateMemoryInfo',
      ...(['Cuda', deviceAllocator, firstDevice, defaultMemory] as const),
    );
    return this.#cudaMemory;
  }

  /** Gives back a value that a run answered. */
  release(value: Address): void {
    this.library.call('ReleaseValue', value);
  }
}

/** A session of the C API. All calls are of one thread. */
export class NativeSession {
  readonly #runtime: NativeRuntime;
  readonly #session: Address;
  readonly #lends: boolean;
  readonly #provider: Provider;
  readonly inputs: readonly NamedPort[];
  readonly outputs: readonly NamedPort[];
  /** Where the names lie. */
  readonly #inputNames: BigUint64Array;
  readonly #outputNames: BigUint64Array;

  /** Throws with ONNX Runtime's reason when it refuses the model. */
  constructor(
    runtime: NativeRuntime,
    {
      model,
      settings,
      provider,
    }: Pick<ToSessions & { kind: 'open' }, 'model' | 'settings' | 'provider'>,
  ) {
    this.#runtime = runtime;
    this.#lends = settings.lends;
    this.#provider = provider;
    const { library, environment } = runtime;
    const options = sessionOptions(library, settings, provider);
    try {
      this.#session = library.find(
        'CreateSessionFromArray',
        ...([environment, model.address, model.byteLength, options] as const),
      );
    } finally {
      library.call('ReleaseSessionOptions', options);
    }
    this.#inputNames = this.#names('SessionGetInputCount', 'SessionGetInputName');
    this.#outputNames = this.#names('SessionGetOutputCount', 'SessionGetOutputName');
    this.inputs = this.#ports(this.#inputNames, 'SessionGetInputTypeInfo');
    this.outputs = this.#ports(this.#outputNames, 'SessionGetOutputTypeInfo');
  }

  /** Runs once. What is fed and fetched must stay where it is until then. */
  run(feeds: readonly Place[], fetches: readonly (Place | null)[]): (Answer | null)[] {
    const { library } = this.#runtime;
    const given = BigUint64Array.from(feeds, (place) => this.#value(place));
    const found = BigUint64Array.from(fetches, (place) =>
      place === null ? 0n : this.#value(place),
    );
    const own = found.slice();
    try {
      library.call(
        'Run',
        ...([this.#session, null, this.#inputNames, given] as const),
        ...([given.length, this.#outputNames] as const),
        ...([found.length, found] as const),
      );
    } finally {
      for (const value of [...given, ...own]) if (value !== 0n) this.#runtime.release(value);
    }
    return fetches.map((place, at) =>
      place === null ? this.#answer(found[at] as Address, at) : null,
    );
  }

  /**
   * Runs once, by an IO binding: what is fed goes to the session's memory, or lies there already, and the outputs that stay
   * are made there, as values that are the caller's to give back.
   */
  runBound(
    feeds: readonly (Place | StayingValue)[],
    stays: readonly boolean[],
  ): readonly BoundAnswer[] {
    const { library, allocator, memory } = this.#runtime;
    const staying = this.#runtime.memoryOf(this.#provider);
    const own: Address[] = [];
    try {
      const values = runBound(library, {
        session: this.#session,
        allocator,
        inputs: feeds.map((feed, at) => {
          const value = 'value' in feed ? feed.value : this.#value(feed);
          if (!('value' in feed)) own.push(value);
          return [this.#inputNames[at] as Address, value];
        }),
        outputs: stays.map((stay, at) => [
          this.#outputNames[at] as Address,
          stay ? staying : memory,
        ]),
      });
      return values.map((value, at) =>
        stays[at] === true
          ? { kind: 'stayed', shape: this.#shapeOf(value), value }
          : this.#copied(value, at),
      );
    } finally {
      for (const value of own) this.#runtime.release(value);
    }
  }

  dispose(): void {
    const { library, allocator } = this.#runtime;
    library.call('ReleaseSession', this.#session);
    for (const name of [...this.#inputNames, ...this.#outputNames])
      library.call('AllocatorFree', allocator, name);
  }

  /** A value over memory that is not its own. */
  #value({ address, byteLength, shape, dtype }: Place): Address {
    const sizes = BigInt64Array.from(shape, BigInt);
    return this.#runtime.library.find(
      'CreateTensorWithDataAsOrtValue',
      ...([this.#runtime.memory, address, byteLength] as const),
      ...([sizes, sizes.length, onnxType(dtype)] as const),
    );
  }

  #answer(value: Address, at: number): Answer {
    if (!this.#lends) return this.#copied(value, at);
    const shape = this.#shapeOf(value);
    const byteLength = this.#byteLength(shape, at);
    if (byteLength === 0) return this.#copied(value, at);
    const address = this.#runtime.library.find('GetTensorMutableData', value);
    return { kind: 'lent', shape, address, byteLength, value };
  }

  /** The value's numbers, and gives it back. */
  #copied(value: Address, at: number): CopiedAnswer {
    const shape = this.#shapeOf(value);
    const byteLength = this.#byteLength(shape, at);
    const address = this.#runtime.library.find('GetTensorMutableData', value);
    const data = byteLength === 0 ? new ArrayBuffer(0) : memoryAt(address, byteLength).slice(0);
    this.#runtime.release(value);
    return { kind: 'copied', shape, data };
  }

  #shapeOf(value: Address): number[] {
    const { library } = this.#runtime;
    const info = library.find('GetTensorTypeAndShape', value);
    const shape = sizesOf(library, info);
    library.call('ReleaseTensorTypeAndShapeInfo', info);
    return shape;
  }

  #byteLength(shape: readonly number[], at: number): number {
    const { dtype } = this.outputs[at] as NamedPort;
    return elementCount(shape) * bytesPerElement(dtype);
  }

  #names(
    count: 'SessionGetInputCount' | 'SessionGetOutputCount',
    name: 'SessionGetInputName' | 'SessionGetOutputName',
  ): BigUint64Array {
    const { library, allocator } = this.#runtime;
    const length = library.number(count, 64, this.#session);
    return BigUint64Array.from({ length }, (_, at) =>
      library.find(name, this.#session, at, allocator),
    );
  }

  #ports(
    names: BigUint64Array,
    info: 'SessionGetInputTypeInfo' | 'SessionGetOutputTypeInfo',
  ): NamedPort[] {
    const { library } = this.#runtime;
    return Array.from(names, (address, at) => {
      const name = textAt(address);
      const type = library.find(info, this.#session, at);
      try {
        const tensor = library.find('CastTypeInfoToTensorInfo', type);
        if (tensor === 0n) throw new Error(`"${name}" is not a tensor.`);
        const sizes = sizesOf(library, tensor);
        const texts = symbolsOf(library, tensor, sizes.length);
        const shape = sizes.map((size, axis) => (size < 0 ? (texts[axis] ?? '') : size));
        return {
          name,
          shape,
          dtype: elementType(library.number('GetTensorElementType', 32, tensor)),
        };
      } finally {
        library.call('ReleaseTypeInfo', type);
      }
    });
  }
}

function sessionOptions(
  library: Library,
  { threads, profilePrefix, arena, entries, kernels }: CpuSessionSettings,
  provider: Provider,
): Address {
  const options = library.find('CreateSessionOptions');
  if (provider === 'cuda') appendCuda(library, options);
  library.call('SetSessionLogSeverityLevel', options, errors);
  library.call('SetSessionGraphOptimizationLevel', options, basicLevel);
  // The pattern doubles peak memory and brings no speed.
  library.call('DisableMemPattern', options);
  if (!arena) library.call('DisableCpuMemArena', options);
  if (threads !== undefined) library.call('SetIntraOpNumThreads', options, threads);
  if (profilePrefix !== undefined) library.call('EnableProfiling', options, profilePrefix);
  for (const [key, value] of Object.entries(entries))
    library.call('AddSessionConfigEntry', options, key, value);
  if (kernels !== undefined) {
    chooseKernels(kernels.file, kernels.set);
    library.call('RegisterCustomOpsLibrary_V2', options, kernels.file);
  }
  return options;
}

/** Has a session run on CUDA's provider what that can run. The library must be there. */
function appendCuda(library: Library, options: Address): void {
  const cuda = library.find('CreateCUDAProviderOptions');
  try {
    library.call('SessionOptionsAppendExecutionProvider_CUDA_V2', options, cuda);
  } finally {
    library.call('ReleaseCUDAProviderOptions', cuda);
  }
}

/** The sizes of a tensor; −1 for one that is known only in a run. */
function sizesOf(library: Library, info: Address): number[] {
  const axes = library.number('GetDimensionsCount', 64, info);
  const sizes = new BigInt64Array(axes);
  library.call('GetDimensions', info, sizes, axes);
  return Array.from(sizes, Number);
}

/** The names of sizes that are known only in a run; empty for the others. */
function symbolsOf(library: Library, info: Address, axes: number): string[] {
  const places = new BigUint64Array(axes);
  library.call('GetSymbolicDimensions', info, places, axes);
  return Array.from(places, (place) => (place === 0n ? '' : textAt(place)));
}
