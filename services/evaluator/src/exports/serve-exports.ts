import { isExportOver } from '@lathe/contracts/record/export';
import type { Nats } from '@lathe/platform/nats/connection';
import { serveWork } from '@lathe/platform/records/serve-work';
import { doExport, type ExportPorts, failExport } from './do-export.ts';

/** Takes exports until the signal aborts, as `serveWork` does. */
export function serveExports(
  nats: Nats,
  ports: Omit<ExportPorts, 'server'>,
  signal: AbortSignal,
): Promise<void> {
  const all = { ...ports, server: () => nats.serverName() };
  const { exports: records, settings, log } = ports;
  const { exportSlots: concurrency, maxDeliveries, evalSweepMs: sweepMs } = settings;
  return serveWork(
    nats,
    {
      ...{ queue: 'export', words: 'exports', records, isOver: isExportOver },
      ...{ concurrency, maxDeliveries, sweepMs, log },
      handle: (message, context) => doExport(all, message, context),
      fail: (work, failure) => failExport(all, work, failure),
    },
    signal,
  );
}
