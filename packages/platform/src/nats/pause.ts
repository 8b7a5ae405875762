import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits so many milliseconds, or less when the signal aborts; never throws.
 * @example await pause(500, signal);
 */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(milliseconds, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
