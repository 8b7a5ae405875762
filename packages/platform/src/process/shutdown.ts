import type { Logger } from '../log/log.ts';

/** What a running service hands back: one way to stop it. */
export type Stoppable = { stop(): Promise<void> };

/**
 * Stops the handle on SIGINT or SIGTERM and exits 0; exits 1 when stopping fails or takes longer
 * than `graceMs`. A second signal exits at once. A process that was forked with a channel also
 * stops when its parent is gone, however the parent went.
 */
export function onShutdown(handle: Stoppable, log: Logger, graceMs: number): void {
  let stopping = false;
  const begin = (signal: string): void => {
    if (stopping) {
      log.warn({ signal }, 'second signal: leaving at once');
      process.exit(1);
    }
    stopping = true;
    log.info({ signal }, 'stopping');
    const timer = setTimeout(() => {
      log.error({ graceMs }, 'stopping took too long');
      process.exit(1);
    }, graceMs);
    timer.unref();
    handle.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'stopping failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', () => begin('SIGINT'));
  process.on('SIGTERM', () => begin('SIGTERM'));
  if (process.connected) process.once('disconnect', () => begin('parent gone'));
}

/**
 * Collects what must be stopped, in the order in which it was started, and stops it in reverse.
 * Every step is tried; the first failure is thrown at the end.
 * @example createStopList(log).add('nats', () => nats.close());
 */
export function createStopList(log: Logger): Stoppable & {
  add(name: string, stop: () => Promise<void> | void): void;
} {
  const steps: { name: string; stop: () => Promise<void> | void }[] = [];
  let running: Promise<void> | undefined;
  const stopAll = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (const step of steps.reverse()) {
      try {
        await step.stop();
      } catch (error) {
        log.error({ err: error, step: step.name }, 'could not stop a part');
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  };
  return {
    add: (name, stop) => void steps.push({ name, stop }),
    stop: () => (running ??= stopAll()),
  };
}
