import { LatheError } from '@lathe/contracts/error';
import type { Logger } from '@lathe/platform/log';
import { pause } from '@lathe/platform/nats/pause';

/** The engine process ended, or was killed, while it worked on a request. */
export class EngineLostError extends LatheError {
  /** Whether it had work of nobody else: then this work is what ended it. */
  readonly wasAlone: boolean;

  constructor(wasAlone: boolean) {
    super('unavailable', 'The engine process ended while it worked on the request; try again.');
    this.wasAlone = wasAlone;
  }
}

export type EnginePatience = {
  /** Losses of the engine with nobody else's work in it, after which the work is given up. */
  readonly engineLossesAlone: number;
  /** Losses in all, whoever else had work in it. */
  readonly engineLosses: number;
  /** First wait before another try; it doubles each time up to a minute. */
  readonly engineRetryMs: number;
};

/**
 * Does work on the engine again for as often as the engine is lost meanwhile, which is mostly the fault of somebody
 * else's. Throws `internal_error`, for good, when it is lost too often, the signal's reason, and what else the work throws.
 */
export async function untilEngineHolds<T>(
  work: () => Promise<T>,
  options: EnginePatience & {
    readonly signal: AbortSignal;
    readonly log: Logger;
    /** Told before each new try. */
    readonly onLost: (losses: number) => Promise<unknown>;
  },
): Promise<T> {
  const { signal, log } = options;
  let alone = 0;
  for (let losses = 1; ; losses++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof EngineLostError) || signal.aborted) throw error;
      if (error.wasAlone) alone++;
      if (alone >= options.engineLossesAlone || losses >= options.engineLosses)
        throw new LatheError(
          'internal_error',
          `The engine process ended ${losses} times while it evaluated the model.`,
          { cause: error, retryable: false },
        );
      const waitMs = Math.min(options.engineRetryMs * 2 ** (losses - 1), 60_000);
      log.warn({ losses, waitMs }, 'the engine was lost; its work is done again');
      await options.onLost(losses);
      await pause(waitMs, signal);
      signal.throwIfAborted();
    }
  }
}
