import { createFairPlaces } from '../fair-places.ts';
import { createThread, type Thread, type ThreadOptions } from './thread.ts';

/** Work that waits for a thread. */
type PoolTask = {
  /** Whose it is: projects take turns. */
  readonly project: string;
  /** How long it takes by comparison, such as its bytes. */
  readonly size: number;
  readonly task: unknown;
  readonly buffers?: readonly ArrayBuffer[];
  readonly signal: AbortSignal;
};

/** A few threads that work on one task each. */
export type ThreadPool = {
  /** Throws like `Thread.run`, and the signal's reason. */
  run(task: PoolTask): Promise<unknown>;
  /** Gives a task to every thread that runs, and waits for nothing. */
  tell(task: unknown): void;
  stop(): Promise<void>;
};

/**
 * So many threads, each started when it is needed.
 * @example
 * const program = new URL('file:///count.ts');
 * const pool = createThreadPool(2, { program, name: 'counting', taskMs: 1_000, log });
 * await pool.run({ project: 'default', size: 1, task: 'text', signal });
 */
export function createThreadPool(count: number, options: ThreadOptions): ThreadPool {
  const threads = Array.from({ length: count }, (_, at) =>
    createThread({ ...options, name: `${options.name} ${at + 1}` }),
  );
  const idle = [...threads];
  const places = createFairPlaces({ count, mostBeginning: Number.POSITIVE_INFINITY });
  return {
    async run({ project, size, task, buffers, signal }) {
      const place = await places.take(project, size, signal);
      // There are as many threads as places.
      const thread = idle.pop() as Thread;
      try {
        const result = await thread.run(task, buffers);
        signal.throwIfAborted();
        return result;
      } finally {
        idle.push(thread);
        place.release();
      }
    },
    tell(task) {
      for (const thread of threads) thread.tell(task);
    },
    async stop() {
      await Promise.all(threads.map((thread) => thread.stop()));
    },
  };
}
