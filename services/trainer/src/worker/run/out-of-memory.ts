import { readFile } from 'node:fs/promises';
import { LatheError } from '@lathe/contracts/error';
import { killCounters, killsIn, memoryGroups } from './cgroup-memory.ts';

/** Processes that were killed for lack of memory where this one runs; null where nobody counts them. */
export type CountKills = () => Promise<number | null>;

/** Counts by the control group of this process: of version 2, or of version 1. */
export const countKills: CountKills = async () => {
  const groups = memoryGroups((await textOf('/proc/self/cgroup')) ?? '');
  for (const file of groups.flatMap(killCounters)) {
    const kills = killsIn((await textOf(file)) ?? '');
    if (kills !== undefined) return kills;
  }
  return null;
};

/** The engine took more memory than there is: smaller passes may do. */
export class OutOfMemoryError extends LatheError {
  constructor(how: string, cause: unknown) {
    const message = `Out of memory: the training process took more than there is (${how}).`;
    super('training_failed', message, { cause, retryable: true });
  }
}

/** How an engine ended, as far as memory is concerned. */
export type EngineDeath = {
  /** Ended by a signal that nobody here sent. */
  readonly signal: string | null;
  /** What it printed or said last. */
  readonly lastWords: string;
};

/** What programs print when an allocation fails: C++, V8, ONNX Runtime, CUDA, the C library. */
const complaints =
  /std::bad_alloc|bad allocation|heap out of memory|Array buffer allocation failed|Failed to allocate memory|CUDA out of memory|CUDA_ERROR_OUT_OF_MEMORY|CUDA failure 2:|Cannot allocate memory|\bENOMEM\b/;

/**
 * Whether the engine ended because there was too little memory: it says so, or it was killed while the kernel counted one
 * more such kill. A kill that nobody counts may be anybody's.
 */
export function isOutOfMemory(
  { signal, lastWords }: EngineDeath,
  kills: { readonly before: number | null; readonly after: number | null },
): boolean {
  if (complaints.test(lastWords)) return true;
  if (signal !== 'SIGKILL' || kills.before === null || kills.after === null) return false;
  return kills.after > kills.before;
}

async function textOf(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined);
}
