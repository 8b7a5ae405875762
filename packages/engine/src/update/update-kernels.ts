import type { FlatState } from '../optim/flat-state.ts';
import { createHostKernels, type HostKernels, updateNumbers } from '../optim/host-kernels.ts';

/**
 * The fastest loops that this thread can update a state by: those of our own kernels, where a device has their `library`, or
 * else WebAssembly's, where the state is one memory. All give the same bits.
 */
export async function kernelsFor(
  { memory }: Pick<FlatState, 'memory'>,
  library: string | undefined,
): Promise<HostKernels | undefined> {
  if (library !== undefined) return ownKernels(library);
  return memory === undefined ? undefined : createHostKernels(memory);
}

async function ownKernels(library: string): Promise<HostKernels> {
  // Only where they are: what calls native code is not there on every system.
  const { updateLoops } = await import('../runtime/c-api/own-kernels.ts');
  const { squares, adamW } = updateLoops(library);
  return {
    sumOfSquares: squares,
    adamW(state, gradient, given) {
      adamW(
        state,
        gradient,
        Float64Array.from(updateNumbers, (name) => given[name]),
      );
      return gradient.length;
    },
  };
}
