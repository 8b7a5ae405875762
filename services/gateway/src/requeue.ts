import type { JobRecord } from '@lathe/contracts/job/record';
import { type WorkMessage, workMessageSchema } from '@lathe/contracts/message/work';
import { type Stage, streams, workSubject } from '@lathe/contracts/subject';
import type { Logger } from '@lathe/platform/log';
import type { Nats } from '@lathe/platform/nats/connection';
import type { RecordStore } from '@lathe/platform/records/port';
import { queueStage } from './job-queue.ts';

export type RequeuePorts = {
  readonly nats: Nats;
  readonly jobs: RecordStore<JobRecord>;
  readonly log: Logger;
  readonly now: () => number;
};

/**
 * Queues jobs that wait for a service although no work message stands for them: a gateway died, or
 * lost nats-server, between storing the job and queueing it. Returns how many.
 */
export async function requeueForgotten(
  ports: RequeuePorts,
  { requeueAfterMs }: { readonly requeueAfterMs: number },
): Promise<number> {
  const before = ports.now() - requeueAfterMs;
  // The jobs are read first: one that is taken meanwhile is queued in vain, which is harmless.
  const waiting = (await ports.jobs.list(''))
    .map((entry) => entry.value)
    .filter((job) => job.createdMs < before && isWaiting(job));
  const queued = new Map<Stage, Set<string>>();
  let forgotten = 0;
  for (const job of waiting) {
    if (job.stage === 'done') continue;
    const standing = queued.get(job.stage) ?? (await queuedJobs(ports.nats, job.stage));
    queued.set(job.stage, standing);
    if (standing.has(nameOf(job.id, job.epoch))) continue;
    forgotten++;
    await queueStage(ports.nats, job);
    ports.log.warn({ jobId: job.id, stage: job.stage }, 'queued a job that was forgotten');
  }
  return forgotten;
}

/** Whether the next move is a service's that learns of the job from the work queue only. */
function isWaiting(job: JobRecord): boolean {
  return job.state === 'validating_files' || job.state === 'queued';
}

/** Job and epoch of every message of a stage that is not done with. */
async function queuedJobs(nats: Nats, stage: Stage): Promise<Set<string>> {
  const found = new Set<string>();
  const query = { next_by_subj: workSubject(stage) };
  let message = await nats.manager.streams.getMessage(streams.work.name, { ...query, seq: 1 });
  while (message !== null) {
    const work = workMessageSchema.safeParse(message.json<WorkMessage>());
    if (work.success) found.add(nameOf(work.data.jobId, work.data.epoch));
    const seq = message.seq + 1;
    message = await nats.manager.streams.getMessage(streams.work.name, { ...query, seq });
  }
  return found;
}

function nameOf(jobId: string, epoch: number): string {
  return `${jobId}:${epoch}`;
}
