import type { JobRecord } from '@lathe/contracts/job/record';
import { type JobEvent, type JobNews, jobEvent } from '@lathe/contracts/message/event';

export type EventPorts = {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Publishes an event of a job once for each `dedupeId`. */
  readonly publishEvent: (event: JobEvent, dedupeId: string) => Promise<unknown>;
};

/** Publishes what happened to a job, once for each epoch; `detail` tells apart several events of one name in one epoch. */
export async function emit(
  ports: EventPorts,
  job: JobRecord,
  { detail = '', ...news }: JobNews & { readonly detail?: string },
): Promise<void> {
  const dedupeId = `evaluate:${news.name}:${job.epoch}:${detail}`;
  await ports.publishEvent(jobEvent(job, news, ports.now()), dedupeId);
}
