import type { Config } from '@lathe/platform/config';

/** Every time and number that the controller keeps to, in milliseconds unless named otherwise. */
export type ControllerSettings = {
  /**
   * Jobs that one controller holds at a time, waiting ones included: the order among projects is fair as
   * far as all of their jobs are held.
   */
  readonly concurrency: number;
  /** Least time between two writes of a job's progress. */
  readonly progressMs: number;
  /** Most metrics events of one job; longer jobs report every so many steps. */
  readonly metricsEvents: number;
  /** How long a worker may be out of reach before the job is taken from it. */
  readonly workerLeaseMs: number;
  /** How long a worker's port may refuse connections before its process counts as gone. */
  readonly refusedMs: number;
  /** How long opening a stream may take. */
  readonly openStreamMs: number;
  /** Pause between two tries to reach a worker. */
  readonly reconnectMs: number;
  /** How long a worker that refused a job is not asked again. */
  readonly avoidMs: number;
  /** How long after a job has left a worker it may still have had a part in the worker's end. */
  readonly companyMs: number;
  /** Lost workers without a newer checkpoint after which a job fails. */
  readonly maxWorkerLosses: number;
  /** How often waiting jobs look for a worker even when nothing was announced. */
  readonly placeMs: number;
  /** How long a job that fits on no worker yet lets others pass before one is kept free for it. */
  readonly patienceMs: number;
  /** How often a waiting job's record is read although no change of it was seen. */
  readonly recheckMs: number;
  /** How long a job waits silently before its owner is told why. */
  readonly noticeMs: number;
  /** How often a worker is told of a wish until it has heard it. */
  readonly wishMs: number;
  /** How often all jobs are looked at for those that nobody would move on. */
  readonly sweepMs: number;
  /** How often work on the queue is told that somebody works on it. */
  readonly aliveMs: number;
};

/** The settings that follow from the configuration, and the defaults of the others. */
export function controllerSettings(config: Config): ControllerSettings {
  return {
    concurrency: 512,
    progressMs: 1000,
    metricsEvents: 1000,
    workerLeaseMs: config.workerLeaseMs,
    refusedMs: 3000,
    openStreamMs: 5000,
    reconnectMs: 250,
    avoidMs: 5000,
    companyMs: 2 * config.workerLeaseMs,
    maxWorkerLosses: config.maxWorkerLosses,
    placeMs: 1000,
    patienceMs: 10 * 60_000,
    recheckMs: 30_000,
    noticeMs: 1500,
    wishMs: 1000,
    sweepMs: config.sweepMs,
    aliveMs: Math.min(2000, config.ackWaitMs / 6),
  };
}
