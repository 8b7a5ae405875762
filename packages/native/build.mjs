/**
 * Builds a library from a package's `c/` into its `dist/`, where there is a C compiler: seconds, and nothing when it is built
 * already. `dist/built.json` says which file it is, or why there is none.
 *
 *     node packages/native/build.mjs kernels row-reader
 *
 * Set-up does it in a clone; an image does it by itself, and is not made without it. Plain JavaScript without
 * dependencies, as set-up is.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { flagsOf, sourcesOf, stampNow, system } from './stamp.mjs';

const keptOutput = 4000;

const distOf = ({ folder }) => join(folder, 'dist');
const toldOf = (library) => join(distOf(library), 'built.json');

function readTold(library) {
  try {
    return JSON.parse(readFileSync(toldOf(library), 'utf8'));
  } catch {
    return {};
  }
}

/** Others may be reading it: the file is there whole or as it was. */
function write(file, content) {
  writeFileSync(`${file}.new`, content);
  renameSync(`${file}.new`, file);
}

/** What went wrong in the compiler's words, null for nothing, or undefined where there is no compiler. */
function compile(compiler, library, file) {
  const sources = sourcesOf(library);
  const files = readdirSync(sources).filter((name) => name.endsWith('.c'));
  const partial = join(distOf(library), `${process.pid}.partial`);
  const paths = files.map((name) => join(sources, name));
  const { status, error, stderr } = spawnSync(
    compiler,
    [...flagsOf(library), ...paths, ...system.flags, '-o', partial, '-lm'],
    { encoding: 'utf8' },
  );
  if (status !== 0) {
    rmSync(partial, { force: true });
    if (error?.code === 'ENOENT') return undefined;
    return error?.message ?? stderr.trim().slice(0, keptOutput);
  }
  renameSync(partial, file);
  return null;
}

/**
 * Builds the library with `compiler` (null where there is none), unless it is there. Returns what there is to tell:
 * a sentence, or null for nothing new.
 */
export function buildLibrary(library, compiler) {
  const { name, called, otherwise } = library;
  mkdirSync(distOf(library), { recursive: true });
  const before = readTold(library);
  const tell = (answer, sentence) => {
    if (JSON.stringify(before) === JSON.stringify(answer)) return null;
    write(toldOf(library), `${JSON.stringify(answer)}\n`);
    return sentence;
  };
  const without = (problem, stamp) =>
    tell({ problem, ...(stamp && { stamp }) }, `${problem}; ${otherwise}`);
  if (system === undefined)
    return without(`there are no ${called} of ours for ${process.platform}`);
  const stamp = stampNow(library);
  if (before.stamp === stamp) return null;
  const noCompiler = `there is no C compiler (cc) to build ${called} with`;
  if (compiler === null) return without(noCompiler);
  const file = `${name}-${stamp}.${system.suffix}`;
  const problem = compile(compiler, library, join(distOf(library), file));
  if (problem === undefined) return without(noCompiler);
  if (problem !== null) {
    const sentence = without(`the ${called} could not be built`, stamp);
    return sentence && `${sentence}\n${problem}`;
  }
  for (const old of readdirSync(distOf(library)))
    if (old.startsWith(`${name}-`) && old !== file) rmSync(join(distOf(library), old));
  return tell({ file, stamp }, `the ${called} are built`);
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const name of process.argv.slice(2)) {
    const { library } = await import(new URL(`../${name}/library.mjs`, import.meta.url).href);
    const sentence = buildLibrary(library, 'cc');
    if (sentence !== null) console.error(sentence);
    if (readTold(library).file === undefined) process.exitCode = 1;
  }
