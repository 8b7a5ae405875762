import { builtLibrary } from '@lathe/native/built-library';
import { stayingLibrary } from '@lathe/native/koffi';
import { library } from '../library.mjs';

/**
 * The version of the library's calls; undefined where set-up built none.
 * @example const isThere = rowReaderVersion() !== undefined;
 */
export function rowReaderVersion(): number | undefined {
  const built = builtLibrary(library);
  if ('problem' in built) return undefined;
  return Number(stayingLibrary(built.file).func('lathe_rows_version', 'int32_t', [])());
}
