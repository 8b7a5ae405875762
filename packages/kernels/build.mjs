/**
 * Builds the library of kernels from `c/` into `dist/`, where there is a C compiler: seconds, and nothing when it is built
 * already. `dist/built.json` says which file it is, or why there is none.
 *
 *     node packages/kernels/build.mjs
 *
 * Set-up calls it in a clone; an image runs it by itself, and is not made without the library. Plain JavaScript without
 * dependencies, as set-up is.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { flags, sources, stampNow, system } from './stamp.mjs';

const folder = fileURLToPath(new URL('.', import.meta.url));
const dist = join(folder, 'dist');
const told = join(dist, 'built.json');
const keptOutput = 4000;
const noCompiler = 'there is no C compiler (cc) to build kernels with';

function readTold() {
  try {
    return JSON.parse(readFileSync(told, 'utf8'));
  } catch {
    return {};
  }
}

/** Others may be reading it: the file is there whole or as it was. */
function write(file, content) {
  writeFileSync(`${file}.new`, content);
  renameSync(`${file}.new`, file);
}

function compile(compiler, file) {
  const files = readdirSync(sources).filter((name) => name.endsWith('.c'));
  const partial = join(dist, `${process.pid}.partial`);
  const { status, error, stderr } = spawnSync(
    compiler,
    [...flags, ...files.map((name) => join(sources, name)), ...system.flags, '-o', partial, '-lm'],
    { encoding: 'utf8' },
  );
  if (status !== 0) {
    rmSync(partial, { force: true });
    if (error?.code === 'ENOENT') return noCompiler;
    return error?.message ?? stderr.trim().slice(0, keptOutput);
  }
  renameSync(partial, file);
  return null;
}

/**
 * Builds the library with `compiler` (null where there is none), unless it is there. Returns what there is to tell:
 * a sentence, or null for nothing new.
 */
export function buildKernels(compiler) {
  mkdirSync(dist, { recursive: true });
  const before = readTold();
  const tell = (answer, sentence) => {
    if (JSON.stringify(before) === JSON.stringify(answer)) return null;
    write(told, `${JSON.stringify(answer)}\n`);
    return sentence;
  };
  const without = (problem, stamp) =>
    tell(
      { problem, ...(stamp && { stamp }) },
      `${problem}; ONNX Runtime's own, which are slower, are used`,
    );
  if (system === undefined) return without(`there are no kernels of ours for ${process.platform}`);
  const stamp = stampNow();
  if (before.stamp === stamp) return null;
  if (compiler === null) return without(noCompiler);
  const name = `lathe-kernels-${stamp}.${system.suffix}`;
  const problem = compile(compiler, join(dist, name));
  if (problem === noCompiler) return without(noCompiler);
  if (problem !== null) {
    const sentence = without('the kernels could not be built', stamp);
    return sentence && `${sentence}\n${problem}`;
  }
  for (const old of readdirSync(dist))
    if (old.startsWith('lathe-kernels-') && old !== name) rmSync(join(dist, old));
  return tell({ file: name, stamp }, 'the kernels are built');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const sentence = buildKernels('cc');
  if (sentence !== null) console.error(sentence);
  process.exitCode = readTold().file === undefined ? 1 : 0;
}
