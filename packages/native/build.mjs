/**
 * Builds a library from a package's `c/` into its `dist/`, where there is a C compiler: seconds, and nothing when it is built
 * already by that compiler for that C library. `dist/built.json` says which file it is, or why there is none; what failed is tried again.
 *
 *     node packages/native/build.mjs kernels row-reader
 *
 * Set-up does it in a clone; an image does it by itself, and is not made without it. Plain JavaScript without
 * dependencies, as set-up is.
 */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
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

/**
 * What a library hangs on beside its sources: the compiler in its own words, and the C library of this Node. Undefined where there
 * is no compiler.
 */
function toolsOf(compiler) {
  if (compiler === null) return undefined;
  const { error, stdout } = spawnSync(compiler, ['--version'], { encoding: 'utf8' });
  if (error?.code === 'ENOENT') return undefined;
  const { glibcVersionRuntime: glibc } = process.report.getReport().header;
  return `${stdout?.trim()}\n${glibc === undefined ? 'not glibc' : `glibc ${glibc}`}`;
}

/** What went wrong in the compiler's words, or null for nothing. */
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
  const dist = distOf(library);
  mkdirSync(dist, { recursive: true });
  const before = readTold(library);
  const tell = (answer) => write(toldOf(library), `${JSON.stringify(answer)}\n`);
  const without = (problem) => {
    if (before.problem === problem) return null;
    tell({ problem });
    return `${problem}; ${otherwise}`;
  };
  if (system === undefined)
    return without(`there are no ${called} of ours for ${process.platform}`);
  const [stamp, tools] = [stampNow(library), toolsOf(compiler)];
  const isThere =
    before.stamp === stamp && before.file !== undefined && existsSync(join(dist, before.file));
  // Without a compiler what is there is as good as it gets.
  if (isThere && (tools === undefined || before.tools === tools)) return null;
  if (tools === undefined) return without(`there is no C compiler (cc) to build ${called} with`);
  const file = `${name}-${stamp}.${system.suffix}`;
  const reason = compile(compiler, library, join(dist, file));
  if (reason !== null) {
    const problem = `the ${called} could not be built`;
    tell({ problem });
    return `${problem}; ${otherwise}\n${reason}`;
  }
  for (const old of readdirSync(dist))
    if (old.startsWith(`${name}-`) && old !== file) rmSync(join(dist, old));
  tell({ file, stamp, tools });
  return `the ${called} are built`;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const name of process.argv.slice(2)) {
    const { library } = await import(new URL(`../${name}/library.mjs`, import.meta.url).href);
    const sentence = buildLibrary(library, 'cc');
    if (sentence !== null) console.error(sentence);
    if (readTold(library).file === undefined) process.exitCode = 1;
  }
