/** What the library of kernels is made of, told by one hash: build.mjs and whoever loads it ask. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const sources = fileURLToPath(new URL('c', import.meta.url));

/** Processors are told apart when the library is loaded, so nothing is compiled for this one. */
export const flags = [
  '-std=c11',
  '-O3',
  '-ffp-contract=off',
  // A root that tells of its error is a call for each number.
  '-fno-math-errno',
  '-shared',
  '-fPIC',
  '-fvisibility=hidden',
];
const systems = {
  linux: { suffix: 'so', flags: ['-Wl,-z,nodelete'] },
  darwin: { suffix: 'dylib', flags: [] },
};
/** What is particular to this one; undefined where there are no kernels for it. */
export const system = systems[process.platform];

/** The sources and how they are compiled as they are now. */
export function stampNow() {
  const hash = createHash('sha256').update(
    [process.arch, ...flags, ...(system?.flags ?? [])].join(' '),
  );
  for (const name of readdirSync(sources).sort())
    hash.update(`${name}\0`).update(readFileSync(join(sources, name)));
  return hash.digest('hex').slice(0, 16);
}
