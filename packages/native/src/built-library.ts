import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type NativeLibrary, stampNow } from '../stamp.mjs';

/** Where a library is, or why there is none. */
export type BuiltLibrary = { readonly file: string } | { readonly problem: string };

/**
 * What set-up built of a library: where it is, or in one sentence without its stop why it is not there.
 * @example
 * const [called, otherwise] = ['counters', 'fingers are used'];
 * builtLibrary({ name: 'lathe-counters', called, otherwise, folder: 'packages/counters', flags: [] });
 */
export function builtLibrary(library: NativeLibrary): BuiltLibrary {
  const dist = join(library.folder, 'dist');
  let told: { readonly file?: unknown; readonly problem?: unknown; readonly stamp?: unknown };
  try {
    told = JSON.parse(readFileSync(join(dist, 'built.json'), 'utf8'));
  } catch {
    return { problem: 'they were not built; npm run setup does' };
  }
  if (typeof told.file === 'string') {
    // Whoever calls it goes by these sources: an earlier one may have other functions.
    if (told.stamp !== stampNow(library))
      return { problem: 'they were built from other sources; npm run setup builds them again' };
    return { file: join(dist, told.file) };
  }
  return { problem: String(told.problem) };
}
