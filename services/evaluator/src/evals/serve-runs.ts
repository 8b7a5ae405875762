import { isRunOver } from '@lathe/contracts/record/eval-run';
import type { Nats } from '@lathe/platform/nats/connection';
import { pause } from '@lathe/platform/nats/pause';
import { consumeWork, publishWork } from '@lathe/platform/nats/work';
import { readStageQueue, removeWork } from '@lathe/platform/nats/work-queue';
import { createWorkSweep } from '@lathe/platform/records/work-sweep';
import { doRun, failRun } from './do-run.ts';
import type { RunPorts } from './run-ports.ts';

/** Takes runs of evals, and looks after those that are forgotten, until the signal aborts; resolves when the work in hand has ended. */
export async function serveRuns(
  nats: Nats,
  ports: Omit<RunPorts, 'server'>,
  signal: AbortSignal,
): Promise<void> {
  const all = { ...ports, server: () => nats.serverName() };
  const { settings, log } = ports;
  const sweep = createWorkSweep({
    ...all,
    records: ports.evalRuns,
    isOver: isRunOver,
    fail: ({ project, id }, failure) => failRun(ports, { project, jobId: id }, failure),
    maxDeliveries: settings.maxDeliveries,
    readQueue: () => readStageQueue(nats, 'eval-run'),
    queue: (message, copy) => publishWork(nats, 'eval-run', message, copy),
    removeWork: (sequence) => removeWork(nats, sequence),
  });
  const sweeping = (async () => {
    for (; !signal.aborted; await pause(settings.evalSweepMs, signal))
      await sweep().catch((error: unknown) => {
        if (!signal.aborted)
          log.warn({ err: error }, 'could not look after runs of evals; trying again');
      });
  })();
  await consumeWork(nats, 'eval-run', (message, context) => doRun(all, message, context), {
    ...{ concurrency: settings.evalRunSlots, signal },
    onFailure: (message, error) => failRun(all, message, error),
  });
  await sweeping;
}
