/** What a library in C is made of, told by one hash: build.mjs and whoever loads it ask. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Processors are told apart when a library is loaded, so nothing is compiled for this one. */
const common = ['-std=c11', '-O3', '-shared', '-fPIC', '-fvisibility=hidden'];
const systems = {
  linux: { suffix: 'so', flags: ['-Wl,-z,nodelete'] },
  darwin: { suffix: 'dylib', flags: [] },
};
/** What is particular to this one; undefined where there are no libraries of ours for it. */
export const system = systems[process.platform];

/** Where a library's sources are, and how they are compiled. */
export const sourcesOf = ({ folder }) => join(folder, 'c');
export const flagsOf = ({ flags }) => [...common, ...flags];

/** The sources of a library and how they are compiled as they are now, as one hash. Throws where the sources are not there. */
export function stampNow(library) {
  const hash = createHash('sha256').update(
    [process.arch, ...flagsOf(library), ...(system?.flags ?? [])].join(' '),
  );
  const sources = sourcesOf(library);
  for (const name of readdirSync(sources).sort())
    hash.update(`${name}\0`).update(readFileSync(join(sources, name)));
  return hash.digest('hex').slice(0, 16);
}
