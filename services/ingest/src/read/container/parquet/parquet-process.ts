import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { ParquetLimits } from './check-pages.ts';

/** Versions of Node of which it is known that a program can give its rights up (https://nodejs.org/api/process.html#processpermission). */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const canDrop = major > 26 || (major === 24 && minor >= 21);

const program = fileURLToPath(new URL('./parquet-program.ts', import.meta.url));

type Started = {
  /** An open file. */
  readonly file: number;
  readonly limits: ParquetLimits;
  /** Most of the heap of old objects. */
  readonly memoryMegabytes: number;
  /** Further options of Node. */
  readonly options?: readonly string[];
};

/**
 * Starts the program that reads an open Parquet file, in a process of its own with so much memory. It may read what it is made
 * of, and then no file but that one; it may write where Node keeps what it has compiled until it is loaded, and then nowhere. Where a
 * program cannot give rights up it may read until its end, and write nothing from the beginning.
 */
export function startParquetProgram({
  file,
  limits,
  memoryMegabytes,
  options = [],
}: Started): ChildProcessByStdio<null, Readable, Readable> {
  // Node takes types away from programs by a large one of WebAssembly, which need not start for those that it has kept.
  const kept = canDrop ? getCompileCacheDir() : undefined;
  const cache = kept === undefined ? undefined : dirname(kept);
  const child = spawn(
    process.execPath,
    [
      `--max-old-space-size=${memoryMegabytes}`,
      // What is read of a page lives shortly: from the start there is as much room for it as there ever is.
      '--max-semi-space-size=4',
      '--min-semi-space-size=4',
      // Pages are forgotten while they are young; what is old need not be looked through for them.
      '--heap-growing-percent=300',
      '--permission',
      '--allow-fs-read=*',
      ...(cache === undefined ? [] : [`--allow-fs-write=${cache}`]),
      ...options,
      program,
      JSON.stringify(limits),
    ],
    {
      // The last is fileNumber.
      stdio: ['ignore', 'pipe', 'pipe', file],
      env: {
        ...(cache !== undefined && { NODE_COMPILE_CACHE: cache }),
        // Pages are of some megabytes, and given back one by one: the next ones take the same memory.
        GLIBC_TUNABLES:
          'glibc.malloc.mmap_threshold=33554432:glibc.malloc.trim_threshold=33554432:glibc.malloc.arena_max=1',
      },
    },
  );
  // Types are told of three only, of which the first is none and the others are pipes.
  return child as ChildProcessByStdio<null, Readable, Readable>;
}
