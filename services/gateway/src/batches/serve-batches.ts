import { isBatchOver } from '@lathe/contracts/record/batch';
import { serveWork } from '@lathe/platform/records/serve-work';
import type { BatchPorts, BatchSettings } from './batch-ports.ts';
import { doBatch, failBatch } from './do-batch.ts';

/** Takes batches until the signal aborts, as `serveWork` does. */
export function serveBatches(
  ports: BatchPorts,
  settings: BatchSettings,
  signal: AbortSignal,
): Promise<void> {
  const { nats, batches: records, log } = ports;
  const { batchSlots: concurrency, maxDeliveries, batchSweepMs: sweepMs } = settings;
  return serveWork(
    nats,
    {
      ...{ queue: 'batch', words: 'batches', records, isOver: isBatchOver },
      ...{ concurrency, maxDeliveries, sweepMs, log },
      handle: (message, context) => doBatch(ports, message, { context, settings }),
      fail: (work, failure) => failBatch(ports, work, failure),
    },
    signal,
  );
}
