import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@lathe/platform/log';

/** Something that runs until it ends by itself or is stopped. */
export type Running = {
  readonly pid: number;
  readonly exited: Promise<void>;
  stop(): Promise<void>;
};

export type SuperviseSettings = {
  readonly name: string;
  readonly log: Logger;
  /** Told of every change: a sentence while it does not run, null when it does. */
  readonly onState?: (problem: string | null) => void;
  /** Gives up the first start. */
  readonly signal?: AbortSignal;
  /** Whether the first start is tried again after this error; by default it never is. */
  readonly isPassing?: (error: unknown) => boolean;
  /** Tries of the first start. */
  readonly firstTries?: number;
  /** First pause before a restart; it doubles up to `longestPauseMs`. */
  readonly firstPauseMs?: number;
  readonly longestPauseMs?: number;
  /** Running for so long counts as healthy and resets the pause. */
  readonly healthyMs?: number;
};

export type Supervised<T extends Running> = {
  /** What runs, or ran last. */
  current(): T;
  /** Its process; undefined between its end and the next start. */
  pid(): number | undefined;
  stop(): Promise<void>;
};

/**
 * Starts a process and starts it again whenever it ends, with growing pauses, until `stop`. The first start must
 * succeed, within a few tries where its errors pass; a later one that fails is logged and tried again. The signal that `begin` gets says that the
 * process is not wanted any more.
 */
export async function supervise<T extends Running>(
  begin: (signal: AbortSignal) => Promise<T>,
  settings: SuperviseSettings,
): Promise<Supervised<T>> {
  const { name, log, firstPauseMs = 250, longestPauseMs = 10_000, healthyMs = 30_000 } = settings;
  const { signal, onState = () => undefined } = settings;
  const stopping = new AbortController();
  const wanted = AbortSignal.any([stopping.signal, ...(signal ? [signal] : [])]);
  let current = await startFirst(() => begin(wanted), wanted, settings);
  let pid: number | undefined = current.pid;
  onState(null);
  const loop = async (): Promise<void> => {
    let pauseMs = firstPauseMs;
    let begun = performance.now();
    while (true) {
      await current.exited;
      pid = undefined;
      if (stopping.signal.aborted) return;
      if (performance.now() - begun > healthyMs) pauseMs = firstPauseMs;
      log.warn({ pid: current.pid, pauseMs }, `${name} ended by itself and is started again`);
      onState(`${name} ended by itself and is started again`);
      await sleep(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      pauseMs = Math.min(2 * pauseMs, longestPauseMs);
      begun = performance.now();
      try {
        current = await begin(stopping.signal);
        // Stopped while it was being started: nobody else knows of this one.
        if (stopping.signal.aborted) return await current.stop();
        pid = current.pid;
        log.info({ pid: current.pid }, `${name} runs again`);
        onState(null);
      } catch (error) {
        if (stopping.signal.aborted) return;
        log.error({ err: error }, `${name} could not be started`);
      }
    }
  };
  const ended = loop();
  return {
    current: () => current,
    pid: () => pid,
    stop: async () => {
      stopping.abort();
      await current.stop();
      await ended;
    },
  };
}

/** The first start, tried again while its errors pass and it is wanted. */
async function startFirst<T>(
  begin: () => Promise<T>,
  wanted: AbortSignal,
  settings: SuperviseSettings,
): Promise<T> {
  const { name, log, isPassing = () => false, firstTries = 5, firstPauseMs = 250 } = settings;
  for (let tries = 1; ; tries++)
    try {
      return await begin();
    } catch (error) {
      if (tries === firstTries || wanted.aborted || !isPassing(error)) throw error;
      log.warn({ err: error }, `${name} could not be started and is tried again`);
      await sleep(firstPauseMs * 2 ** (tries - 1), undefined, { signal: wanted });
    }
}
