import { sharedMemory, type WasmMemory } from './state-memory.ts';

/** A trainable tensor. `decays` says whether weight decay applies (not to norms and biases). */
export type Parameter = {
  readonly name: string;
  readonly shape: readonly number[];
  readonly decays: boolean;
  /** Its learning rate as a multiple of the run's; 1 when absent. */
  readonly rate?: number | undefined;
};

/** Parameters laid end to end in one buffer, which the optimizer updates in a dozen operators. */
export type StateGroup = {
  readonly name: string;
  readonly size: number;
  readonly decays: boolean;
  /** The members' learning rate as a multiple of the run's. */
  readonly rate: number;
  readonly members: readonly (Parameter & { readonly offset: number })[];
};

/** The buffers of one group by kind; `weights` is what `FlatState.tensors` holds views of. */
export type GroupBuffers = Readonly<Record<string, Float32Array>> & {
  readonly weights: Float32Array;
};

export type FlatState = {
  readonly groups: readonly StateGroup[];
  readonly buffers: ReadonlyMap<string, GroupBuffers>;
  /** Each parameter's current weights, a view into its group's buffer. */
  readonly tensors: ReadonlyMap<string, Float32Array>;
  /** What all buffers lie in, unless that would be too large to be one memory. */
  readonly memory: WasmMemory | undefined;
};

/**
 * Groups are closed at this many elements. It bounds the optimizer's temporary memory, and operators
 * on a few MB find their operands in the processor's cache (measured by bench/engine/step.ts).
 */
const defaultGroupElements = 1 << 20;

/**
 * Splits parameters, in their order, into groups of equal decay and rate of about `groupElements` elements. Those that
 * do not decay come first: one group spans many layers, and work is begun at the last group. The other way round, all
 * of the backward pass would have been gone through before the first matrix gets its gradient.
 */
export function planGroups(
  parameters: readonly Parameter[],
  groupElements = defaultGroupElements,
): StateGroup[] {
  const groups: StateGroup[] = [];
  const rates = [...new Set(parameters.map(({ rate = 1 }) => rate))];
  const kinds = rates.flatMap((rate) => [false, true].map((decays) => ({ rate, decays })));
  for (const { rate, decays } of kinds) {
    let members: (Parameter & { offset: number })[] = [];
    let size = 0;
    const close = (): void => {
      if (size > 0) groups.push({ name: `group${groups.length}`, size, decays, rate, members });
      members = [];
      size = 0;
    };
    for (const parameter of parameters) {
      if (parameter.decays !== decays || (parameter.rate ?? 1) !== rate) continue;
      const elements = elementCount(parameter.shape);
      if (size > 0 && size + elements > groupElements) close();
      members.push({ ...parameter, offset: size });
      size += elements;
    }
    close();
  }
  return groups;
}

/**
 * Buffers for the groups, which several threads may see, with a view of each parameter: zeroed ones, or those of a
 * state of the same groups whose memory is given.
 */
export function allocateState(
  groups: readonly StateGroup[],
  optimizer: { buffers(group: StateGroup): Readonly<Record<string, number>> },
  given?: WasmMemory,
): FlatState {
  const sizes = groups.map((group) => ({ ...optimizer.buffers(group), weights: group.size }));
  const memory =
    given ??
    sharedMemory(
      sum(
        sizes.flatMap((kinds) => Object.values(kinds)),
        padded,
      ),
    );
  const take = memory === undefined ? shared : inOrder(memory);
  const buffers = new Map<string, GroupBuffers>();
  const tensors = new Map<string, Float32Array>();
  for (const [at, group] of groups.entries()) {
    const own: Record<string, Float32Array> = {};
    for (const [kind, size] of Object.entries(sizes[at] as Record<string, number>))
      own[kind] = take(size);
    const { weights } = own as { weights: Float32Array };
    buffers.set(group.name, { ...own, weights });
    for (const { name, shape, offset } of group.members)
      tensors.set(name, weights.subarray(offset, offset + elementCount(shape)));
  }
  return { groups, buffers, tensors, memory };
}

function shared(elements: number): Float32Array {
  return new Float32Array(new SharedArrayBuffer(elements * Float32Array.BYTES_PER_ELEMENT));
}

/** Buffers of a memory, one after another. */
function inOrder({ buffer }: WasmMemory): (elements: number) => Float32Array {
  let next = 0;
  return (elements) => {
    const start = next;
    next += padded(elements);
    return new Float32Array(buffer, start, elements);
  };
}

/** Bytes that a buffer takes, so that the next one starts at a line of the processor's cache. */
function padded(elements: number): number {
  return 64 * Math.ceil((elements * Float32Array.BYTES_PER_ELEMENT) / 64);
}

function sum(values: readonly number[], of: (value: number) => number): number {
  return values.reduce((total, value) => total + of(value), 0);
}

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Numbers of all parameters together. */
export function parameterCount(parameters: readonly Parameter[]): number {
  return parameters.reduce((sum, { shape }) => sum + elementCount(shape), 0);
}
