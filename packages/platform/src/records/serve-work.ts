import type { WorkMessage } from '@lathe/contracts/message/work';
import type { Queue } from '@lathe/contracts/subject';
import type { Logger } from '../log/log.ts';
import type { Nats } from '../nats/connection.ts';
import { pause } from '../nats/pause.ts';
import { consumeWork, publishWork } from '../nats/work.ts';
import type { WorkHandler } from '../nats/work-handler.ts';
import { readStageQueue, removeWork } from '../nats/work-queue.ts';
import type { RecordStore } from './port.ts';
import { createWorkSweep, type WorkRecord } from './work-sweep.ts';

/** One kind of work that is no job: where its records lie, how it is done, and how it ends where it cannot be. */
export type ServedWork<T> = {
  readonly queue: Queue;
  /** What the log calls it, in the plural. */
  readonly words: string;
  readonly records: RecordStore<T>;
  readonly isOver: (work: T) => boolean;
  readonly handle: WorkHandler;
  /** Ends work that no retry can cure. */
  readonly fail: (work: Pick<WorkMessage, 'project' | 'jobId'>, failure: unknown) => Promise<void>;
  /** Pieces of work at a time. */
  readonly concurrency: number;
  /** Begun so often in vain, work fails. */
  readonly maxDeliveries: number;
  /** Between two looks for work that is forgotten. */
  readonly sweepMs: number;
  readonly log: Logger;
};

/**
 * Takes work of one kind, and looks after what is forgotten, until the signal aborts; resolves when the work in hand has
 * ended.
 * @example
 * const { dataWork: records } = await openAllRecords(nats);
 * const limits = { concurrency: 2, maxDeliveries: 5, sweepMs: 60_000 };
 * const kind = { queue: 'data', words: 'data work', records, log } as const;
 * await serveWork(nats, {
 *   ...{ ...kind, ...limits, handle: async () => ({ kind: 'done' }) },
 *   isOver: ({ state }) => state === 'succeeded',
 *   fail: async ({ project, jobId }) => records.delete(recordKey(project, jobId)),
 * }, signal);
 */
export async function serveWork<T extends WorkRecord>(
  nats: Nats,
  work: ServedWork<T>,
  signal: AbortSignal,
): Promise<void> {
  const { queue, words, fail, handle, concurrency, sweepMs, log } = work;
  const sweep = createWorkSweep({
    ...work,
    server: () => nats.serverName(),
    fail: ({ project, id }, failure) => fail({ project, jobId: id }, failure),
    readQueue: () => readStageQueue(nats, queue),
    queue: (message, copy) => publishWork(nats, queue, message, copy),
    removeWork: (sequence) => removeWork(nats, sequence),
  });
  const sweeping = (async () => {
    for (; !signal.aborted; await pause(sweepMs, signal))
      await sweep().catch((error: unknown) => {
        if (!signal.aborted)
          log.warn({ err: error }, `could not look after ${words}; trying again`);
      });
  })();
  await consumeWork(nats, queue, handle, { concurrency, signal, onFailure: fail });
  await sweeping;
}
