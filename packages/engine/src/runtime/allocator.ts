type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Keep what is freed, whatever its size up to 4 GiB, and use huge pages where the kernel offers them. All threads take
 * from one arena: those of further threads are pieces of 64 MiB, which go back when they are empty, have no huge pages
 * beyond their beginning, and hold nothing larger.
 */
const tunables = [
  'glibc.malloc.arena_max=1',
  'glibc.malloc.hugetlb=1',
  `glibc.malloc.mmap_threshold=${2 ** 32}`,
  `glibc.malloc.trim_threshold=${2 ** 32}`,
].join(':');

/** What JavaScript throws away while a graph is built would stay resident beside a step: 60 MB of SmolLM2-135M's, without it. */
const smallYoungHeap = '--max-semi-space-size=4';

/**
 * The environment of a process that trains on the CPU: glibc's allocator is told to keep memory for the next step. By
 * default it gives every large array back to the kernel when it is freed, and the next step pays for each of its pages
 * again: a tenth of a step of full training (docs/decisions/2026-11-training-step-speed.md). What the environment says
 * of the allocator already is left alone, and other allocators do not read it. The young part of JavaScript's heap is kept
 * small, unless NODE_OPTIONS says otherwise. It counts at the start of a process only.
 * @example const env = withKeptMemory(process.env);
 */
export function withKeptMemory(environment: Environment): Environment {
  const { NODE_OPTIONS: own = '' } = environment;
  return {
    GLIBC_TUNABLES: tunables,
    ...environment,
    // Of two of one name the last counts.
    NODE_OPTIONS: `${smallYoungHeap} ${own}`.trim(),
  };
}
