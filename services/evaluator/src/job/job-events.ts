import type { JobRecord } from '@lathe/contracts/job/record';
import type { JobEvent } from '@lathe/contracts/message/event';

export type EventPorts = {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Publishes an event of a job once for each `dedupeId`. */
  readonly publishEvent: (event: JobEvent, dedupeId: string) => Promise<unknown>;
};

export type Told = {
  readonly name: JobEvent['name'];
  readonly message: string;
  /** By default `error` for `failed` and `info` for all others. */
  readonly level?: JobEvent['level'];
  readonly data?: Record<string, unknown>;
  /** Tells apart several events of one name in one epoch. */
  readonly detail?: string;
};

/** Publishes what happened to a job, once for each epoch. */
export async function emit(ports: EventPorts, job: JobRecord, told: Told): Promise<void> {
  const { name, message, data = {}, detail = '' } = told;
  const event: JobEvent = {
    version: 1,
    project: job.project,
    jobId: job.id,
    name,
    createdAt: Math.floor(ports.now() / 1000),
    level: told.level ?? (name === 'failed' ? 'error' : 'info'),
    message,
    type: 'message',
    data,
  };
  await ports.publishEvent(event, `evaluate:${name}:${job.epoch}:${detail}`);
}
