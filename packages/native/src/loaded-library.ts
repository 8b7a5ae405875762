import type { NativeLibrary } from '../stamp.mjs';
import { builtLibrary } from './built-library.ts';
import { type LoadedLibrary, stayingLibrary } from './koffi.ts';

/**
 * A library that set-up built, loaded; undefined where it built none, or this process cannot load it, which is told as a warning.
 * @example
 * const [called, otherwise] = ['counters', 'fingers are used'];
 * loadedLibrary({ name: 'lathe-counters', called, otherwise, folder: 'packages/counters', flags: [] });
 */
export function loadedLibrary(library: NativeLibrary): LoadedLibrary | undefined {
  const built = builtLibrary(library);
  if ('problem' in built) return undefined;
  try {
    return stayingLibrary(built.file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    process.emitWarning(`the ${library.called} cannot be loaded: ${reason}; ${library.otherwise}`);
    return undefined;
  }
}
