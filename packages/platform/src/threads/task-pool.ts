import { createFairPlaces } from '../fair-places.ts';
import type { TaskRunner } from './task-runner.ts';

/** Work that waits for a runner. */
type PoolTask = {
  /** Whose it is: projects take turns. */
  readonly project: string;
  /** How long it takes by comparison, such as its bytes. */
  readonly size: number;
  readonly task: unknown;
  readonly buffers?: readonly ArrayBuffer[];
  readonly signal: AbortSignal;
};

/** A few runners that work on one task each. */
export type TaskPool = {
  /** Throws like `TaskRunner.run`, and the signal's reason. */
  run(task: PoolTask): Promise<unknown>;
  /** Gives a task to every runner whose side runs, and waits for nothing. */
  tell(task: unknown): void;
  stop(): Promise<void>;
};

/**
 * So many runners, each made with its number.
 * @example
 * const counting = { program: new URL('file:///count.ts'), taskMs: 1_000, log };
 * const pool = createTaskPool(2, (number) => createThread({ ...counting, name: `counting ${number}` }));
 * await pool.run({ project: 'default', size: 1, task: 'text', signal });
 */
export function createTaskPool(count: number, create: (number: number) => TaskRunner): TaskPool {
  const runners = Array.from({ length: count }, (_, at) => create(at + 1));
  const idle = [...runners];
  const places = createFairPlaces({ count, mostBeginning: Number.POSITIVE_INFINITY });
  return {
    async run({ project, size, task, buffers, signal }) {
      const place = await places.take(project, size, signal);
      // There are as many runners as places.
      const runner = idle.pop() as TaskRunner;
      try {
        const result = await runner.run(task, buffers);
        signal.throwIfAborted();
        return result;
      } finally {
        idle.push(runner);
        place.release();
      }
    },
    tell(task) {
      for (const runner of runners) runner.tell(task);
    },
    async stop() {
      await Promise.all(runners.map((runner) => runner.stop()));
    },
  };
}
