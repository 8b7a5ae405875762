import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { stampNow } from '../stamp.mjs';

/** Where the kernels are, or why there are none. */
type KernelLibrary = { readonly file: string } | { readonly problem: string };

/**
 * What set-up built: where it is, or in one sentence without its stop why it is not there.
 * @example const library = kernelLibrary();
 */
export function kernelLibrary(): KernelLibrary {
  const dist = new URL('../dist/', import.meta.url);
  let told: { readonly file?: unknown; readonly problem?: unknown; readonly stamp?: unknown };
  try {
    told = JSON.parse(readFileSync(new URL('built.json', dist), 'utf8'));
  } catch {
    return { problem: 'they were not built; npm run setup does' };
  }
  if (typeof told.file === 'string') {
    // Graphs name operators that an earlier library may not have.
    if (told.stamp !== stampNow())
      return { problem: 'they were built from other sources; npm run setup builds them again' };
    return { file: fileURLToPath(new URL(told.file, dist)) };
  }
  return { problem: String(told.problem) };
}
