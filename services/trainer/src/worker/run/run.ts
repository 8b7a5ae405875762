import { rm } from 'node:fs/promises';
import { inStep, LatheError, toWireError } from '@lathe/contracts/error';
import type { Logger } from '@lathe/platform/log';
import type { RunEvent, RunOutcome } from '../../run-event.ts';
import type { StartEngine } from '../engine/engine-process.ts';
import type { AskGrader, GradingSettings } from './grade-answers.ts';
import { createJournal, type Journal } from './journal.ts';
import { type CountKills, OutOfMemoryError } from './out-of-memory.ts';
import type { OwnerCheck } from './run-owner.ts';
import { type Preparation, prepareRun, type RunRequest } from './run-preparation.ts';
import { type Ending, trainInEngine } from './run-training.ts';
import { createRunUploads, type RunUploads } from './run-uploads.ts';
import { type PatienceSettings, withPatience } from './store-patience.ts';

export type RunSettingsOfWorker = PatienceSettings & {
  /** Silence of the controller after which the run saves and stops. */
  readonly leaseMs: number;
  /** How long saving may take when the run must stop; then the engine is killed. */
  readonly stopMs: number;
  /** Least time between two progress messages. */
  readonly progressMs: number;
  /** Most messages kept for a stream that is resumed. */
  readonly journalCapacity: number;
  readonly grading: GradingSettings;
  readonly uploadAttempts: number;
  readonly uploadBackoffMs: number;
};

export type RunPorts = {
  readonly preparation: Preparation;
  readonly startEngine: StartEngine;
  readonly countKills: CountKills;
  readonly askGrader: AskGrader;
  readonly settings: RunSettingsOfWorker;
  readonly log: Logger;
  /** Milliseconds that never go back. */
  readonly now: () => number;
  readonly owner: OwnerCheck;
  /** Names the run among all runs of the job. */
  readonly attempt: string;
};

/** One attempt at a job, from its start to its result. It never throws: its result says what failed. */
export type Run = {
  readonly request: RunRequest;
  readonly journal: Journal<RunEvent>;
  readonly over: boolean;
  /** Resolves when the result stands and the engine process is gone. */
  readonly done: Promise<void>;
  /** Saves and ends with `paused`. */
  pause(): void;
  /** Withdraws a pause. False: it is over. */
  resume(): boolean;
  /** Ends at once with `cancelled`. */
  cancel(): void;
  /** Saves and ends with `interrupted`. */
  interrupt(reason: string): void;
};

/** Starts a run. Nobody reading its journal for the length of the lease interrupts it. */
export function startRun(request: RunRequest, ports: RunPorts): Run {
  const { settings, log, now } = ports;
  let unwatchedSince = now();
  let over = false;
  const ending = createEnding(settings.stopMs);
  const journal = createJournal<RunEvent>(settings.journalCapacity, () => {
    unwatchedSince = now();
  });
  const lease = setInterval(() => {
    if (journal.readers > 0 || now() - unwatchedSince <= settings.leaseMs) return;
    ending.interrupt(`nobody watched the run for ${settings.leaseMs / 1000} seconds`);
  }, settings.leaseMs / 4);
  const uploads = createRunUploads(request, {
    ...ports,
    isWanted: () => !isOver(ending),
    onSuperseded: () => ending.cancel(),
  });

  const finish = (outcome: RunOutcome): void => {
    over = true;
    clearInterval(lease);
    ending.settle();
    journal.add({ $case: 'result', value: { outcome } });
    journal.end();
    log.info({ outcome: outcome.$case }, 'the run is over');
  };
  const execute = async (): Promise<void> => {
    log.info({ checkpoint: request.checkpointKey }, 'the run begins');
    try {
      const prepared = await withPatience(
        'the start of the run',
        () =>
          inStep('fetching what the training needs', () => prepareRun(request, ports.preparation)),
        { ...settings, log, now, isWanted: () => !isOver(ending) },
      );
      finish(await trainInEngine(prepared, { ...ports, journal, ending, uploads }));
    } catch (error) {
      log.error({ err: error }, 'the run failed');
      finish(failure(error, ending, uploads));
    }
    await rm(ports.preparation.folder, { recursive: true, force: true }).catch((error: unknown) =>
      log.warn({ err: error }, 'could not remove the folder of the run'),
    );
  };

  return {
    request,
    journal,
    get over() {
      return over;
    },
    done: execute(),
    pause: () => ending.pause(),
    resume: () => {
      if (!over) ending.resume();
      return !over;
    },
    cancel: () => ending.cancel(),
    interrupt: (reason) => ending.interrupt(reason),
  };
}

/** Whether the run is to end in another way than by its own result. */
function isOver({ wanted }: Ending): boolean {
  return wanted?.kind === 'cancel' || wanted?.kind === 'interrupt';
}

/** The outcome for something that was thrown: what the user wanted counts before what failed. */
function failure(error: unknown, ending: Ending, uploads: RunUploads): RunOutcome {
  if (ending.wanted?.kind === 'cancel') return { $case: 'cancelled', value: {} };
  if (ending.wanted?.kind === 'interrupt')
    return {
      $case: 'interrupted',
      value: { reason: ending.wanted.reason, ...uploads.newest },
    };
  const { code, message, param } = toWireError(error, 'training');
  const retryable = error instanceof LatheError ? error.retryable : true;
  const outOfMemory = error instanceof OutOfMemoryError;
  return { $case: 'failed', value: { code, message, param: param ?? '', retryable, outOfMemory } };
}

/** What the run shall come to, and who wants to know of a change. */
function createEnding(stopMs: number): Ending {
  let wanted: Ending['wanted'];
  let timer: NodeJS.Timeout | undefined;
  let onChange = (): void => {};
  const want = (next: Ending['wanted']): void => {
    wanted = next;
    onChange();
  };
  const limit = (): void => {
    // The engine gets so long for its last step and its state.
    timer ??= setTimeout(() => {
      if (wanted?.kind === 'interrupt') want({ ...wanted, atOnce: true });
      timer = undefined;
    }, stopMs);
  };
  return {
    get wanted() {
      return wanted;
    },
    listen: (listener) => {
      onChange = listener;
      listener();
    },
    pause: () => {
      if (wanted === undefined) want({ kind: 'pause' });
    },
    resume: () => {
      if (wanted?.kind === 'pause') want(undefined);
    },
    interrupt: (reason) => {
      if (wanted?.kind === 'cancel' || wanted?.kind === 'interrupt') return;
      want({ kind: 'interrupt', reason, atOnce: false });
      limit();
    },
    cancel: () => want({ kind: 'cancel' }),
    settle: () => {
      clearTimeout(timer);
      onChange = () => {};
    },
  };
}
