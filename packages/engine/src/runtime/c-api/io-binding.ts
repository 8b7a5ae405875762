import { type Address, type Library, memoryAt } from './library.ts';

/** A run by an IO binding. Names are given by their places. */
type BoundRun = {
  readonly session: Address;
  /** What takes the list of outputs. */
  readonly allocator: Address;
  readonly inputs: readonly (readonly [name: Address, value: Address])[];
  /** Each output, and the memory where it is to be made. */
  readonly outputs: readonly (readonly [name: Address, memory: Address])[];
};

/**
 * Runs a session once. What is fed from elsewhere is copied to the memory that the session reads it from, and outputs
 * are made where they are bound to. Answers the outputs' values in their order, which are the caller's to release.
 */
export function runBound(
  library: Library,
  { session, allocator, inputs, outputs }: BoundRun,
): readonly Address[] {
  const binding = library.find('CreateIoBinding', session);
  try {
    for (const [name, value] of inputs) library.call('BindInput', binding, name, value);
    for (const [name, memory] of outputs) library.call('BindOutputToDevice', binding, name, memory);
    // A provider may copy on another stream than it computes on.
    library.call('SynchronizeBoundInputs', binding);
    library.call('RunWithBinding', session, null, binding);
    library.call('SynchronizeBoundOutputs', binding);
    const list = new BigUint64Array(1);
    const count = new BigUint64Array(1);
    library.call('GetBoundOutputValues', binding, allocator, list, count);
    const [place = 0n] = list;
    if (place === 0n) return [];
    const values = Array.from(new BigUint64Array(memoryAt(place, 8 * Number(count[0]))));
    library.call('AllocatorFree', allocator, place);
    return values;
  } finally {
    library.call('ReleaseIoBinding', binding);
  }
}
