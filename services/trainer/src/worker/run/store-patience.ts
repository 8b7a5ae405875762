import { setTimeout as sleep } from 'node:timers/promises';
import { ArtifactError } from '@lathe/platform/artifacts/port';
import { isDiskFull } from '@lathe/platform/disk-full';
import type { Logger } from '@lathe/platform/log';

export type PatienceSettings = {
  /** How long a store that is away or full is waited for. */
  readonly storeWaitMs: number;
  /** The first pause; each is twice as long as the one before. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
};

export type PatiencePorts = PatienceSettings & {
  readonly log: Pick<Logger, 'warn'>;
  /** Milliseconds that never go back. */
  readonly now: () => number;
  /** Whether the result is still of use; asked before each pause and after it. */
  readonly isWanted: () => boolean;
};

/**
 * Does something that needs the artifact store, and does it again while the store is away or full: that is no fault of
 * the job, and no other worker would fare better. Throws the last failure when it waited long enough or the result is
 * of no use any more, and any other failure at once.
 */
export async function withPatience<T>(
  what: string,
  act: () => Promise<T>,
  { storeWaitMs, firstPauseMs, longestPauseMs, log, now, isWanted }: PatiencePorts,
): Promise<T> {
  const begun = now();
  for (let tries = 1; ; tries++)
    try {
      return await act();
    } catch (error) {
      if (!isStoreAway(error) || now() - begun >= storeWaitMs || !isWanted()) throw error;
      log.warn({ err: error, tries }, `the artifact store is away: ${what} waits for it`);
      await sleep(Math.min(longestPauseMs, firstPauseMs * 2 ** (tries - 1)));
      if (!isWanted()) throw error;
    }
}

function isStoreAway(error: unknown): boolean {
  // What comes from the store is written to this machine's disk.
  if (isDiskFull(error)) return true;
  if (error instanceof ArtifactError)
    return error.problem === 'unavailable' || error.problem === 'full';
  return error instanceof Error && error.cause !== undefined && isStoreAway(error.cause);
}
