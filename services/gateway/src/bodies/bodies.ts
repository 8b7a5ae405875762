import type { Logger } from '@lathe/platform/log';
import { createThreadPool } from '@lathe/platform/threads/thread-pool';
import type { BodyResults, BodyTask } from './body-task.ts';
import { readBody } from './read-body.ts';

export type BodySettings = {
  /** Bodies of at most so many bytes are read at once: that takes a few milliseconds at most. */
  readonly quickBodyBytes: number;
  /** Threads that read larger ones. */
  readonly bodyThreads: number;
  /** Longest time to read one. */
  readonly bodyTaskMs: number;
};

/** Reads bodies without keeping the event loop. */
export type Bodies = {
  /** Throws what `readBody` throws. */
  read<Kind extends BodyTask['kind']>(
    task: BodyTask & { readonly kind: Kind },
    signal: AbortSignal,
  ): Promise<BodyResults[Kind]>;
  stop(): Promise<void>;
};

/** Small bodies are read where they are, large ones in threads, for which projects take turns. */
export function createBodies(settings: BodySettings, log: Logger): Bodies {
  const { quickBodyBytes, bodyThreads, bodyTaskMs: taskMs } = settings;
  const program = new URL('./body-thread.ts', import.meta.url);
  const pool = createThreadPool(bodyThreads, { program, name: 'bodies', taskMs, log });
  const read = async (task: BodyTask, signal: AbortSignal): Promise<unknown> => {
    const { project, bytes } = task;
    return bytes.length <= quickBodyBytes
      ? readBody(task)
      : await pool.run({ project, size: bytes.length, task, buffers: [bytes.buffer], signal });
  };
  // What comes of a body is of its kind, which no type of a switch can say.
  return { read: read as Bodies['read'], stop: () => pool.stop() };
}
