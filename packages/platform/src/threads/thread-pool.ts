import { createTaskPool, type TaskPool } from './task-pool.ts';
import { createThread, type ThreadOptions } from './thread.ts';

/**
 * So many threads, each started when it is needed.
 * @example
 * const program = new URL('file:///count.ts');
 * const pool = createThreadPool(2, { program, name: 'counting', taskMs: 1_000, log });
 * await pool.run({ project: 'default', size: 1, task: 'text', signal });
 */
export function createThreadPool(count: number, options: ThreadOptions): TaskPool {
  return createTaskPool(count, (number) =>
    createThread({ ...options, name: `${options.name} ${number}` }),
  );
}
