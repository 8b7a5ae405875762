import type { WorkMessage } from '@lathe/contracts/message/work';
import { type DataWorkRecord, isOver } from '@lathe/contracts/record/data-work';
import type { StageQueue } from '@lathe/platform/nats/work-queue';
import { type DataWorkPorts, failDataWork, neverEnded } from './data-work.ts';

export type SweepPorts = Pick<
  DataWorkPorts,
  'dataWork' | 'artifacts' | 'now' | 'log' | 'server'
> & {
  readonly readQueue: () => Promise<StageQueue>;
  readonly queue: (message: WorkMessage, copy: string) => Promise<void>;
  readonly removeWork: (sequence: number) => Promise<void>;
  /** Begun so often in vain, work fails. */
  readonly maxDeliveries: number;
};

/**
 * Looks at all data work that is not over, of all projects: each has a message that will be delivered, or gets one
 * again, or fails where it was begun too often. What looks forgotten may only be between two steps, so nothing is done
 * before the second look in a row. Returns how many were helped.
 */
export function createSweep(ports: SweepPorts): () => Promise<number> {
  let before = new Set<string>();
  return async () => {
    const records = await ports.dataWork.list('');
    const { queued, doubtful } = await ports.readQueue();
    const waiting = new Set(queued.map(({ message }) => nameOf(message.project, message.jobId)));
    const dead = new Map(
      doubtful.map((each) => [nameOf(each.message.project, each.message.jobId), each.sequence]),
    );
    const seen = new Set<string>();
    let helped = 0;
    for (const { value: work, revision } of records) {
      if (isOver(work)) continue;
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
        ports.log.warn({ err: error, dataWork: work.id }, 'could not help data work; trying again');
      }
    }
    before = seen;
    return helped;
  };
}

/** Queues forgotten work again, the same revision once, or fails it. */
async function help(ports: SweepPorts, work: DataWorkRecord, revision: number): Promise<void> {
  const { project, id: jobId, requestId, attempt } = work;
  const begun = attempt?.server === ports.server() ? attempt.count : 0;
  if (begun >= ports.maxDeliveries)
    return failDataWork(ports, { project, jobId }, neverEnded(begun));
  ports.log.warn({ dataWork: jobId }, 'queued data work that was forgotten');
  await ports.queue({ version: 1, project, jobId, epoch: 0, requestId }, `sweep-${revision}`);
}

function nameOf(project: string, id: string): string {
  return `${project}.${id}`;
}
