import { LatheError } from '@lathe/contracts/error';
import type { WorkMessage } from '@lathe/contracts/message/work';
import type { Logger } from '../log/log.ts';
import type { StageQueue } from '../nats/work-queue.ts';
import type { RecordStore } from './port.ts';

/** What a record of work that is no job must tell. */
export type WorkRecord = {
  readonly id: string;
  readonly project: string;
  readonly requestId: string;
  /** How often it was begun since that message server was started. */
  readonly attempt?: { readonly server: string; readonly count: number } | undefined;
};

/**
 * @example
 * const { dataWork: records } = await openAllRecords(nats);
 * const sweep = createWorkSweep({
 *   ...{ records, log, maxDeliveries: 5, server: () => nats.serverName() },
 *   isOver: ({ state }) => state === 'succeeded',
 *   fail: async (work) => records.delete(recordKey(work.project, work.id)),
 *   readQueue: () => readStageQueue(nats, 'data'),
 *   queue: (message, copy) => publishWork(nats, 'data', message, copy),
 *   removeWork: (sequence) => removeWork(nats, sequence),
 * });
 */
export type WorkSweepPorts<T> = {
  readonly records: RecordStore<T>;
  readonly isOver: (work: T) => boolean;
  /** Ends work that no retry can cure. */
  readonly fail: (work: T, failure: unknown) => Promise<void>;
  /** The name under which the message server runs since it was started. */
  readonly server: () => string;
  readonly readQueue: () => Promise<StageQueue>;
  readonly queue: (message: WorkMessage, copy: string) => Promise<void>;
  readonly removeWork: (sequence: number) => Promise<void>;
  /** Begun so often in vain, work fails. */
  readonly maxDeliveries: number;
  readonly log: Logger;
};

/**
 * Looks at all work of one kind that is not over, of all projects: each has a message that will be delivered, or gets
 * one again, or fails where it was begun too often. What looks forgotten may only be between two steps, so nothing is
 * done before the second look in a row. Returns how many were helped.
 */
export function createWorkSweep<T extends WorkRecord>(
  ports: WorkSweepPorts<T>,
): () => Promise<number> {
  let before = new Set<string>();
  return async () => {
    const records = await ports.records.list('');
    const { queued, doubtful } = await ports.readQueue();
    const waiting = new Set(queued.map(({ message }) => nameOf(message.project, message.jobId)));
    const dead = new Map(
      doubtful.map((each) => [nameOf(each.message.project, each.message.jobId), each.sequence]),
    );
    const seen = new Set<string>();
    let helped = 0;
    for (const { value: work, revision } of records) {
      if (ports.isOver(work)) continue;
      const name = nameOf(work.project, work.id);
      const sequence = dead.get(name);
      if (waiting.has(name) && sequence === undefined) continue;
      const look = `${name} ${revision}`;
      seen.add(look);
      if (!before.has(look)) continue;
      try {
        await help(ports, work, revision);
        if (sequence !== undefined) await ports.removeWork(sequence);
        helped++;
      } catch (error) {
        ports.log.warn({ err: error, work: work.id }, 'could not help work; trying again');
      }
    }
    before = seen;
    return helped;
  };
}

/** Queues forgotten work again, the same revision once, or fails it. */
async function help<T extends WorkRecord>(
  ports: WorkSweepPorts<T>,
  work: T,
  revision: number,
): Promise<void> {
  const { project, id: jobId, requestId, attempt } = work;
  const begun = attempt?.server === ports.server() ? attempt.count : 0;
  if (begun >= ports.maxDeliveries) return ports.fail(work, neverEnded(begun));
  ports.log.warn({ work: jobId }, 'queued work that was forgotten');
  await ports.queue({ version: 1, project, jobId, epoch: 0, requestId }, `sweep-${revision}`);
}

function nameOf(project: string, id: string): string {
  return `${project}.${id}`;
}

/** The failure of work that was begun again and again and never came to its end. */
function neverEnded(times: number): LatheError {
  return new LatheError(
    'internal_error',
    `The work was tried ${times} times and never came to its end.`,
  );
}
