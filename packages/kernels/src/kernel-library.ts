import { type BuiltLibrary, builtLibrary } from '@lathe/native/built-library';
import { library } from '../library.mjs';

/**
 * What set-up built of the kernels: where they are, or in one sentence without its stop why they are not there.
 * @example const library = kernelLibrary();
 */
export function kernelLibrary(): BuiltLibrary {
  return builtLibrary(library);
}
