import { LatheError } from '@lathe/contracts/error';
import type { Grader, SingleGrader } from '@lathe/contracts/http/grader';
import type { Logger } from '@lathe/platform/log';
import { createThreadPool } from '@lathe/platform/threads/thread-pool';
import type { Answered, Part } from '../begin.ts';
import { lateFault } from '../fault.ts';
import { gradersOf } from '../graders-of.ts';
import type { ProgramLimits } from '../javascript.ts';

export type GraderSettings = {
  readonly graderThreads: number;
  /** Longest time of one grader, of each in a multi grader; and most memory of one that is a program. */
  readonly graderMs: number;
  readonly graderProgramBytes: number;
  /** How long beyond its time a grader may take to end by itself; then its thread is ended. */
  readonly graderGraceMs: number;
};

/** The settings of whoever has no other. */
export const usualGraderSettings: GraderSettings = {
  graderThreads: 1,
  graderMs: 2000,
  graderProgramBytes: 32 * 1024 * 1024,
  graderGraceMs: 500,
};

/** A single grader as it is handed to a thread, under the name that its part has. */
export type GradingTask = {
  readonly grader: SingleGrader;
  readonly answered: Answered;
  readonly limits: ProgramLimits;
};

/** Grades in threads of their own, for which projects take turns. */
export type Graders = {
  /**
   * Every part of a grading, as far as it needs no model. A part that takes too long is a fault which names it, and the
   * others are graded; throws the signal's reason, and a retryable `unavailable` when a thread dies.
   */
  begin(
    grading: { readonly grader: Grader; readonly answered: Answered },
    asker: { readonly project: string; readonly signal: AbortSignal },
  ): Promise<Part[]>;
  stop(): Promise<void>;
};

/**
 * Threads that start when they are needed.
 *
 * @example
 * const graders = startGraders(usualGraderSettings, log);
 * await graders.begin(
 *   {
 *     grader: { type: 'string_check', name: 'same', operation: 'eq', input: '{{ sample.output_text }}', reference: 'yes' },
 *     answered: { item: {}, answer: 'yes' },
 *   },
 *   { project: 'default', signal },
 * );
 */
export function startGraders(settings: GraderSettings, log: Logger): Graders {
  const { graderThreads, graderMs, graderGraceMs } = settings;
  const program = new URL('./grader-thread.ts', import.meta.url);
  const taskMs = graderMs + graderGraceMs;
  const pool = createThreadPool(graderThreads, { program, name: 'graders', taskMs, log });
  const limits = { programMs: graderMs, programBytes: settings.graderProgramBytes };
  return {
    async begin({ grader, answered }, asker) {
      const size = answered.answer?.length ?? 0;
      const parts: Part[] = [];
      for (const { name, grader: one } of gradersOf(grader)) {
        const task: GradingTask = { grader: { ...one, name }, answered, limits };
        try {
          parts.push(...((await pool.run({ ...asker, size, task })) as Part[]));
        } catch (error) {
          if (!(error instanceof LatheError) || error.code !== 'timeout') throw error;
          parts.push({ name, fault: lateFault({ name, type: one.type }, graderMs) });
        }
      }
      return parts;
    },
    stop: () => pool.stop(),
  };
}
