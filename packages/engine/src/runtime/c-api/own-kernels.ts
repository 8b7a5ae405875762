import { stayingLibrary } from './koffi.ts';

/**
 * Makes sessions that are opened from now on use an instruction set in our kernels; '' is the widest that this processor
 * has. Gives its name. Throws where the library cannot be loaded, or the processor lacks it.
 */
export function chooseKernels(file: string, set: string): string {
  const chosen = stayingLibrary(file).func('lathe_kernels_choose', 'str', ['str'])(set);
  if (typeof chosen !== 'string') throw new Error(`this processor has no ${set}`);
  return chosen;
}
