import { isRunOver } from '@lathe/contracts/record/eval-run';
import type { Nats } from '@lathe/platform/nats/connection';
import { serveWork } from '@lathe/platform/records/serve-work';
import { doRun, failRun } from './do-run.ts';
import type { RunPorts } from './run-ports.ts';

/** Takes runs of evals until the signal aborts, as `serveWork` does. */
export function serveRuns(
  nats: Nats,
  ports: Omit<RunPorts, 'server'>,
  signal: AbortSignal,
): Promise<void> {
  const all = { ...ports, server: () => nats.serverName() };
  const { evalRuns: records, settings, log } = ports;
  const { evalRunSlots: concurrency, maxDeliveries, evalSweepMs: sweepMs } = settings;
  return serveWork(
    nats,
    {
      ...{ queue: 'eval-run', words: 'runs of evals', records, isOver: isRunOver },
      ...{ concurrency, maxDeliveries, sweepMs, log },
      handle: (message, context) => doRun(all, message, context),
      fail: (work, failure) => failRun(all, work, failure),
    },
    signal,
  );
}
