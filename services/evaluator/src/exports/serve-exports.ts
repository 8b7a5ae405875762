import { isExportOver } from '@lathe/contracts/record/export';
import type { Nats } from '@lathe/platform/nats/connection';
import { pause } from '@lathe/platform/nats/pause';
import { consumeWork, publishWork } from '@lathe/platform/nats/work';
import { readStageQueue, removeWork } from '@lathe/platform/nats/work-queue';
import { createWorkSweep } from '@lathe/platform/records/work-sweep';
import { doExport, type ExportPorts, failExport } from './do-export.ts';

/** Takes exports, and looks after those that are forgotten, until the signal aborts; resolves when the work in hand has ended. */
export async function serveExports(
  nats: Nats,
  ports: Omit<ExportPorts, 'server'>,
  signal: AbortSignal,
): Promise<void> {
  const all = { ...ports, server: () => nats.serverName() };
  const { settings, log } = ports;
  const sweep = createWorkSweep({
    ...all,
    records: ports.exports,
    isOver: isExportOver,
    fail: ({ project, id }, failure) => failExport(ports, { project, jobId: id }, failure),
    maxDeliveries: settings.maxDeliveries,
    readQueue: () => readStageQueue(nats, 'export'),
    queue: (message, copy) => publishWork(nats, 'export', message, copy),
    removeWork: (sequence) => removeWork(nats, sequence),
  });
  const sweeping = (async () => {
    for (; !signal.aborted; await pause(settings.evalSweepMs, signal))
      await sweep().catch((error: unknown) => {
        if (!signal.aborted) log.warn({ err: error }, 'could not look after exports; trying again');
      });
  })();
  await consumeWork(nats, 'export', (message, context) => doExport(all, message, context), {
    ...{ concurrency: settings.exportSlots, signal },
    onFailure: (message, error) => failExport(all, message, error),
  });
  await sweeping;
}
