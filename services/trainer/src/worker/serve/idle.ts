/** Tells when a worker has had nothing to do for a while. */
export type IdleWatch = {
  /** Resolves when the worker was idle for the whole time; never when that is 0. */
  readonly idle: Promise<void>;
  /** To be called whenever a run or a question may have begun or ended. */
  look(): void;
  stop(): void;
};

/** Watches from now on. */
export function watchIdle(idleMs: number, isBusy: () => boolean): IdleWatch {
  const idle = Promise.withResolvers<void>();
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    clearTimeout(timer);
    timer = undefined;
  };
  const look = (): void => {
    if (isBusy()) stop();
    else if (idleMs > 0) timer ??= setTimeout(idle.resolve, idleMs);
  };
  look();
  return { idle: idle.promise, look, stop };
}
