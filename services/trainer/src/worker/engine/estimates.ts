import { LatheError } from '@lathe/contracts/error';
import type { Products } from '@lathe/engine/device';
import type { Logger } from '@lathe/platform/log';
import type { TaskPool } from '@lathe/platform/threads/task-pool';
import { createThreadPool } from '@lathe/platform/threads/thread-pool';
import type { RecipeInput } from '@lathe/recipe/recipe';

/** A run of which no more is known. */
export type EstimateTask = {
  readonly modelFolder: string;
  readonly recipe: RecipeInput;
  /** Tokens of the longest row. */
  readonly longest: number;
  /** Most texts of one example, where a task's rows are told to be more than it always has. */
  readonly sequences?: number;
  /** Rows and tokens that are trained. */
  readonly rows: number;
  readonly tokens: number;
  readonly heldOut?: { readonly rows: number; readonly tokens: number };
};

/** The same, and whose products of matrices the worker takes. */
export type PlacedEstimateTask = EstimateTask & { readonly products: Products };

/** What a run would need, in bytes. */
export type RunNeeds = {
  /** At most. */
  readonly memoryBytes: number;
  /** Of a model that it saves, and of a state to go on from. */
  readonly modelBytes: number;
  readonly stateBytes: number;
  /** Of what all of its states share. */
  readonly sharedStateBytes: number;
};

/** Of a run that cannot even be planned, which it will say itself. */
export const noNeeds: RunNeeds = {
  ...{ memoryBytes: 0, modelBytes: 0, stateBytes: 0, sharedStateBytes: 0 },
};

/** Tells what runs would need. */
export type Estimates = {
  /** Of such a run. Throws a retryable LatheError when it could not be worked out now. */
  of(task: EstimateTask, project: string): Promise<RunNeeds>;
  stop(): Promise<void>;
};

/** Longest time for one estimate; a model of half a billion parameters takes a third of a second. */
const taskMs = 120_000;
/** How long the thread keeps what it has loaded, some 50 MiB, for the next estimate. */
const restMs = 60_000;

/**
 * Estimates in a thread, because the graph of a large model takes longer than a worker may be silent; projects take turns.
 */
export function createEstimates(
  program: URL,
  { log, products }: { readonly log: Logger; readonly products: Products },
): Estimates {
  const signal = new AbortController().signal;
  let pool: TaskPool | undefined;
  let timer: NodeJS.Timeout | undefined;
  const rest = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const idle = pool;
      pool = undefined;
      void idle?.stop();
    }, restMs).unref();
  };
  return {
    async of(task, project) {
      clearTimeout(timer);
      pool ??= createThreadPool(1, { program, name: 'estimate', taskMs, log });
      try {
        const asked: PlacedEstimateTask = { ...task, products };
        return (await pool.run({ project, size: 1, task: asked, signal })) as RunNeeds;
      } catch (error) {
        if (error instanceof LatheError && ['unavailable', 'timeout'].includes(error.code))
          throw error;
        log.info({ err: error }, 'a run that was asked about cannot be planned');
        return noNeeds;
      } finally {
        rest();
      }
    },
    async stop() {
      clearTimeout(timer);
      await pool?.stop();
    },
  };
}
