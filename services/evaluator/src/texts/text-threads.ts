import type { Logger } from '@lathe/platform/log';
import { createThread } from '@lathe/platform/threads/thread';
import { createThreadPool } from '@lathe/platform/threads/thread-pool';
import type { TextThreads } from './texts.ts';

export type TextThreadSettings = {
  /** Threads for long texts, beside the one for short ones and for answers in the making. */
  readonly textThreads: number;
  /** Longest time for one text. */
  readonly textTaskMs: number;
};

/** Weights of any size are read on disks of any speed. */
const longestTaskMs = 24 * 3_600_000;

/** The threads of the evaluator; each reads the tokenizers that it needs. */
export function startTextThreads(
  { textThreads, textTaskMs: taskMs }: TextThreadSettings,
  log: Logger,
): TextThreads & { stop(): Promise<void> } {
  const program = new URL('./text-thread.ts', import.meta.url);
  const quick = createThread({ program, name: 'short texts', taskMs, log });
  const pool = createThreadPool(textThreads, { program, name: 'long texts', taskMs, log });
  const long = createThread({ program, name: 'weights', taskMs: longestTaskMs, log });
  return {
    long: (task) => long.run(task),
    quick: (task) => quick.run(task),
    slow: (task, size, { project, signal }) => pool.run({ project, size, task, signal }),
    all(task) {
      quick.tell(task);
      pool.tell(task);
    },
    async stop() {
      await Promise.all([quick.stop(), pool.stop(), long.stop()]);
    },
  };
}
