import { LatheError } from '@lathe/contracts/error';
import type { Grader, SingleGrader } from '@lathe/contracts/http/grader';
import { createFairPlaces } from '@lathe/platform/fair-places';
import type { Logger } from '@lathe/platform/log';
import { createShutInProcess } from '@lathe/platform/threads/shut-in-process';
import { createTaskPool } from '@lathe/platform/threads/task-pool';
import { type Answered, namespacesOf, type Part } from '../begin.ts';
import { GradingFault, lateFault } from '../fault.ts';
import { gradersOf } from '../graders-of.ts';
import type { ProgramLimits } from '../javascript.ts';
import { runPython } from '../python.ts';

export type GraderSettings = {
  readonly graderProcesses: number;
  /** Longest time of one grader, of each in a multi grader; and most memory of one that is a program. */
  readonly graderMs: number;
  readonly graderProgramBytes: number;
  /** How long beyond its time a grader may take to end by itself; then its process is ended. */
  readonly graderGraceMs: number;
  /** The operator's command of a sandbox for Python (python.ts), words apart by blanks; null: graders in Python do not run. */
  readonly pythonCommand: string | null;
  readonly pythonMs: number;
  /** How many programs in Python run at a time. */
  readonly pythonSlots: number;
  readonly pythonPrintedBytes: number;
};

/** The settings of whoever has no other. */
export const usualGraderSettings: GraderSettings = {
  graderProcesses: 1,
  graderMs: 2000,
  graderProgramBytes: 32 * 1024 * 1024,
  graderGraceMs: 500,
  pythonCommand: null,
  pythonMs: 30_000,
  pythonSlots: 2,
  pythonPrintedBytes: 1024 * 1024,
};

/** A single grader as it is handed to a process, under the name that its part has. */
export type GradingTask = {
  readonly grader: SingleGrader;
  readonly answered: Answered;
  readonly limits: ProgramLimits;
};

/** For whom it is graded; the signal stops it. */
type Asker = { readonly project: string; readonly signal: AbortSignal };

/** Grades in processes of their own, for which projects take turns. */
export type Graders = {
  /** Whether there is a sandbox for Python. */
  readonly runsPython: boolean;
  /**
   * Every part of a grading, as far as it needs no model. A part that takes too long is a fault which names it, and the
   * others are graded; throws the signal's reason, and a retryable `unavailable` when a process dies.
   */
  begin(
    grading: { readonly grader: Grader; readonly answered: Answered },
    asker: Asker,
  ): Promise<Part[]>;
  stop(): Promise<void>;
};

/** Where this platform's own code lies, which is all that a grading process may read. */
const codeFolders = ['node_modules/', 'packages/'].map(
  (folder) => new URL(`../../../../${folder}`, import.meta.url),
);

/**
 * Processes, shut in, that start when they are needed.
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
  const { graderProcesses, graderMs, graderGraceMs } = settings;
  const program = new URL('./grader-process.ts', import.meta.url);
  const taskMs = graderMs + graderGraceMs;
  const pool = createTaskPool(graderProcesses, (number) =>
    createShutInProcess({ program, reads: codeFolders, name: `graders ${number}`, taskMs, log }),
  );
  const limits = { programMs: graderMs, programBytes: settings.graderProgramBytes };
  const command = settings.pythonCommand?.trim().split(/\s+/) ?? [];
  const runsPython = command.length > 0;
  const places = createFairPlaces({ count: settings.pythonSlots, mostBeginning: 1 });
  const python = async (task: GradingTask, { project, signal }: Asker): Promise<Part> => {
    const { grader, answered } = task;
    const { name } = grader;
    if (grader.type !== 'python') throw new TypeError(`${name} is no program in Python`);
    const place = await places.take(project, 1, signal);
    try {
      const sandbox = {
        ...{ command, pythonMs: settings.pythonMs, signal },
        ...{ printedBytes: settings.pythonPrintedBytes, endMs: graderGraceMs },
      };
      const score = await runPython(grader, namespacesOf(answered), sandbox);
      return { name, score };
    } catch (error) {
      if (!(error instanceof GradingFault)) throw error;
      return { name, fault: { kind: error.kind, message: error.message } };
    } finally {
      place.release();
    }
  };
  return {
    runsPython,
    async begin({ grader, answered }, asker) {
      const size = answered.answer?.length ?? 0;
      const parts: Part[] = [];
      for (const { name, grader: one } of gradersOf(grader)) {
        const task: GradingTask = { grader: { ...one, name }, answered, limits };
        if (one.type === 'python' && runsPython) {
          parts.push(await python(task, asker));
          continue;
        }
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
