import type { Grader } from '@lathe/contracts/http/grader';
import type { beginGrading, Part } from '@lathe/graders/begin';
import type { Logger } from '@lathe/platform/log';
import { createThreadPool } from '@lathe/platform/threads/thread-pool';
import type { EvaluatorSettings } from '../settings.ts';

/** A grading as it is handed to a thread. */
export type GradingTask = {
  readonly grader: Grader;
  readonly answered: Parameters<typeof beginGrading>[1];
  readonly limits: Parameters<typeof beginGrading>[2];
};

/** Grades in threads of their own, for which projects take turns. */
export type Graders = {
  /** As `beginGrading` says; throws what `ThreadPool.run` throws. */
  begin(
    task: Omit<GradingTask, 'limits'>,
    asker: { readonly project: string; readonly signal: AbortSignal },
  ): Promise<Part[]>;
  stop(): Promise<void>;
};

type Settings = Pick<
  EvaluatorSettings,
  'graderThreads' | 'graderTaskMs' | 'graderProgramMs' | 'graderProgramBytes'
>;

/** Threads that start when they are needed. */
export function startGraders(settings: Settings, log: Logger): Graders {
  const { graderThreads, graderTaskMs: taskMs } = settings;
  const program = new URL('./grader-thread.ts', import.meta.url);
  const pool = createThreadPool(graderThreads, { program, name: 'graders', taskMs, log });
  const limits = {
    programMs: settings.graderProgramMs,
    programBytes: settings.graderProgramBytes,
  };
  return {
    async begin(task, asker) {
      const size = task.answered.answer?.length ?? 0;
      return (await pool.run({ ...asker, size, task: { ...task, limits } })) as Part[];
    },
    stop: () => pool.stop(),
  };
}
