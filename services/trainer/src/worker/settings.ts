import type { Config } from '@lathe/platform/config';
import type { EngineLimits } from './engine/engine-process.ts';
import type { RunSettingsOfWorker } from './run/run.ts';

/** Every time and number that the worker keeps to, in milliseconds unless named otherwise. */
export type WorkerSettings = {
  readonly run: RunSettingsOfWorker;
  readonly engine: EngineLimits;
  /** Longest time between two saved training states. */
  readonly saveStateMs: number;
  /** Longest time for which the engine holds steps back to tell them together. */
  readonly stepBatchMs: number;
  /** Silence of the worker after which its engine process ends itself. */
  readonly orphanMs: number;
  /** Most memory with which an engine process waits for the next task, in bytes. */
  readonly restBytes: number;
  /** How long the record of a job is left alone after it could not be read. */
  readonly ownerPauseMs: number;
  /** How long a finished run can still be read. */
  readonly keepFinishedMs: number;
  readonly heartbeatMs: number;
  /** How long an announcement counts. */
  readonly leaseMs: number;
  /** How long open gRPC calls may last once the worker stops. */
  readonly drainMs: number;
  /** How long the driver of a card has to tell what the card is. */
  readonly cardMs: number;
};

/** The settings that follow from the configuration, and the defaults of the others. */
export function workerSettings(config: Config): WorkerSettings {
  return {
    run: {
      leaseMs: config.workerLeaseMs,
      // Saving, then draining, must fit into the time that the service has to stop.
      stopMs: config.shutdownGraceMs * 0.6,
      progressMs: 500,
      journalCapacity: 20_000,
      grading: {
        answersAtOnce: 16,
        trialAnswers: 8,
        acceptMs: config.requestTimeoutMs,
        // An evaluator that grades says so at each of its heartbeats.
        silenceMs: 3 * config.heartbeatMs,
        firstPauseMs: 250,
        longestPauseMs: 10_000,
        triesAWord: 60,
      },
      uploadAttempts: 6,
      uploadBackoffMs: 500,
      storeWaitMs: 15 * 60_000,
      firstPauseMs: 250,
      longestPauseMs: 10_000,
    },
    engine: { startMs: 15 * 60_000, stepMs: 10 * 60_000, pingMs: 1000, restMs: 60_000 },
    saveStateMs: 60_000,
    stepBatchMs: 250,
    orphanMs: config.workerLeaseMs,
    restBytes: 512 * 1024 * 1024,
    ownerPauseMs: 60_000,
    keepFinishedMs: 10 * 60_000,
    heartbeatMs: config.heartbeatMs,
    leaseMs: config.workerLeaseMs,
    drainMs: config.shutdownGraceMs * 0.2,
    cardMs: 5000,
  };
}
