/** The libraries in C, which are loaded where they are there. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findOnPath, root, say } from './command.mjs';

const packages = join(root, 'packages');
const builder = join(packages, 'native', 'build.mjs');

/** Builds each when it is not there or old and there is a C compiler. Never a reason to stop. */
export async function setUpNative() {
  if (!existsSync(builder)) return;
  const { buildLibrary } = await import(pathToFileURL(builder).href);
  for (const name of ['kernels', 'row-reader']) {
    const told = join(packages, name, 'library.mjs');
    if (!existsSync(told)) continue;
    const { library } = await import(pathToFileURL(told).href);
    const sentence = buildLibrary(library, findOnPath('cc'));
    if (sentence !== null) say(`${sentence}.`);
  }
}
