import type { Logger } from '@lathe/platform/log';
import { createThreadPool } from '@lathe/platform/threads/thread-pool';
import type { GraderBegun, GraderTask } from './grader-task.ts';

export type GraderSettings = {
  readonly graderThreads: number;
  /** Longest time of all that a grader does itself. */
  readonly graderTaskMs: number;
  /** Longest time and most memory of one program in a grader. */
  readonly graderProgramMs: number;
  readonly graderProgramBytes: number;
};

/** Checks and runs graders in threads of their own, for which projects take turns. */
export type Graders = {
  /** Throws what the body or the grader is refused for. */
  begin(
    kind: GraderTask['kind'],
    bytes: Uint8Array<ArrayBuffer>,
    asker: { readonly project: string; readonly signal: AbortSignal },
  ): Promise<GraderBegun>;
  stop(): Promise<void>;
};

/** Threads that start when they are needed. */
export function createGraders(settings: GraderSettings, log: Logger): Graders {
  const { graderThreads, graderTaskMs: taskMs } = settings;
  const program = new URL('./grader-thread.ts', import.meta.url);
  const pool = createThreadPool(graderThreads, { program, name: 'graders', taskMs, log });
  const limits = {
    programMs: settings.graderProgramMs,
    programBytes: settings.graderProgramBytes,
  };
  return {
    async begin(kind, bytes, { project, signal }) {
      const size = bytes.length;
      const task: GraderTask = { kind, bytes, ...limits };
      return (await pool.run({
        project,
        size,
        task,
        buffers: [bytes.buffer],
        signal,
      })) as GraderBegun;
    },
    stop: () => pool.stop(),
  };
}
