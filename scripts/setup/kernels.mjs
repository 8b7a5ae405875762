/** The library of kernels, which the engine loads where it is there. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findOnPath, root, say } from './command.mjs';

const builder = join(root, 'packages', 'kernels', 'build.mjs');

/** Builds it when it is not there or old and there is a C compiler. Never a reason to stop. */
export async function setUpKernels() {
  if (!existsSync(builder)) return;
  const { buildKernels } = await import(pathToFileURL(builder).href);
  const sentence = buildKernels(findOnPath('cc'));
  if (sentence !== null) say(`${sentence}.`);
}
