import { isBatchOver } from '@lathe/contracts/record/batch';
import { pause } from '@lathe/platform/nats/pause';
import { consumeWork, publishWork } from '@lathe/platform/nats/work';
import { readStageQueue, removeWork } from '@lathe/platform/nats/work-queue';
import { createWorkSweep } from '@lathe/platform/records/work-sweep';
import type { BatchPorts, BatchSettings } from './batch-ports.ts';
import { doBatch, failBatch } from './do-batch.ts';

/** Takes batches, and looks after those that are forgotten, until the signal aborts; resolves when the work in hand has ended. */
export async function serveBatches(
  ports: BatchPorts,
  settings: BatchSettings,
  signal: AbortSignal,
): Promise<void> {
  const { nats, log } = ports;
  const sweep = createWorkSweep({
    ...{ records: ports.batches, isOver: isBatchOver, log, maxDeliveries: settings.maxDeliveries },
    server: () => nats.serverName(),
    fail: ({ project, id }, failure) => failBatch(ports, { project, jobId: id }, failure),
    readQueue: () => readStageQueue(nats, 'batch'),
    queue: (message, copy) => publishWork(nats, 'batch', message, copy),
    removeWork: (sequence) => removeWork(nats, sequence),
  });
  const sweeping = (async () => {
    for (; !signal.aborted; await pause(settings.batchSweepMs, signal))
      await sweep().catch((error: unknown) => {
        if (!signal.aborted) log.warn({ err: error }, 'could not look after batches; trying again');
      });
  })();
  const handle = (
    message: Parameters<typeof doBatch>[1],
    context: Parameters<typeof doBatch>[2]['context'],
  ) => doBatch(ports, message, { context, settings });
  await consumeWork(nats, 'batch', handle, {
    ...{ concurrency: settings.batchSlots, signal },
    onFailure: (message, error) => failBatch(ports, message, error),
  });
  await sweeping;
}
