import { type BuiltLibrary, builtLibrary } from '@lathe/native/built-library';
import { library } from '../library.mjs';

/**
 * What set-up built of the readers of rows: where they are, or in one sentence without its stop why they are not there.
 * @example const library = rowReaderLibrary();
 */
export function rowReaderLibrary(): BuiltLibrary {
  return builtLibrary(library);
}
