import { setTimeout as sleep } from 'node:timers/promises';
import type { RunEvent } from '../../run-event.ts';
import type { ControllerSettings } from '../settings.ts';
import { type RunName, type WorkerClient, WorkerError } from '../workers/worker-client.ts';
import { faultOf } from './read-run-event.ts';

/** Streams in a row that break off with an error of the worker, or with what cannot be decoded. */
const mostFailures = 5;

/** The worker, or its run, is gone; the message says how that showed. */
export class WorkerLostError extends Error {
  override readonly name = 'WorkerLostError';
}

export type FollowOptions = Pick<
  ControllerSettings,
  'workerLeaseMs' | 'refusedMs' | 'openStreamMs' | 'reconnectMs'
> & {
  /** Whether the worker still announces itself where it was dialled. */
  readonly announced: () => boolean;
  readonly signal: AbortSignal;
  readonly now?: () => number;
};

/**
 * A run's events, each once and in order, across broken streams, up to its result. Throws
 * WorkerLostError when the worker is silent for its lease, stops announcing itself while its stream is
 * broken, refuses connections for `refusedMs`, does not know the run, or tells what cannot be read. Ends early when the signal aborts.
 */
export async function* followRun(
  client: WorkerClient,
  run: RunName,
  options: FollowOptions,
): AsyncGenerator<RunEvent> {
  const now = options.now ?? (() => performance.now());
  let seen = 0;
  let brokenSince: number | undefined;
  let refusedSince: number | undefined;
  let failures = 0;
  while (!options.signal.aborted) {
    try {
      const messages = client.watch(run, seen, {
        openMs: options.openStreamMs,
        onOpen: () => {
          brokenSince = undefined;
          refusedSince = undefined;
        },
        signal: options.signal,
      });
      for await (const { sequence, content } of messages) {
        if (sequence <= seen) continue;
        seen = sequence;
        failures = 0;
        const fault = content && faultOf(content);
        if (fault !== undefined)
          throw new WorkerLostError(`The worker told what cannot be read: ${fault}.`);
        if (content !== undefined) yield content;
        if (content?.$case === 'result') return;
      }
    } catch (error) {
      if (!(error instanceof WorkerError)) throw error;
      if (options.signal.aborted) return;
      if (error.problem === 'unknown')
        throw new WorkerLostError('The worker does not know the run any more.', { cause: error });
      // The stream opens each time, so no lease runs out.
      if (error.problem === 'failed' && ++failures >= mostFailures)
        throw new WorkerLostError(`The worker cannot tell of the run: ${error.message}.`, {
          cause: error,
        });
      refusedSince = error.problem === 'refused' ? (refusedSince ?? now()) : undefined;
    }
    brokenSince ??= now();
    const lost = whyLost(options, now() - brokenSince, now() - (refusedSince ?? now()));
    if (lost !== undefined) throw new WorkerLostError(lost);
    await sleep(options.reconnectMs, undefined, { signal: options.signal }).catch(() => undefined);
  }
}

function whyLost(options: FollowOptions, brokenMs: number, refusedMs: number): string | undefined {
  if (refusedMs >= options.refusedMs) return 'Nobody answers at the address of the worker.';
  if (!options.announced()) return 'The worker does not announce itself any more.';
  if (brokenMs >= options.workerLeaseMs)
    return `The worker could not be reached for ${Math.round(brokenMs / 1000)} seconds.`;
  return undefined;
}
