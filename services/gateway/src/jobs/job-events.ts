import { LatheError } from '@lathe/contracts/error';
import type { EventObject, listEventsQuerySchema } from '@lathe/contracts/http/fine-tuning';
import { type Page, page } from '@lathe/contracts/http/list';
import type { JobRecord } from '@lathe/contracts/job/record';
import { type JobNews, jobEvent } from '@lathe/contracts/message/event';
import type { Nats } from '@lathe/platform/nats/connection';
import { listEvents, publishEvent, type StoredEvent } from '@lathe/platform/nats/events';
import type { z } from 'zod';
import { type EventIds, eventIds } from './event-ids.ts';

export type EventPorts = {
  readonly nats: Nats;
  /** What ids of events are enciphered with. */
  readonly eventSecret: string;
};

/** Publishes what the gateway itself did to a job, once for each epoch of the job. */
export async function emit(
  nats: Nats,
  job: JobRecord,
  { nowMs, ...news }: JobNews & { readonly nowMs: number },
): Promise<void> {
  await publishEvent(nats, jobEvent(job, news, nowMs), `gateway:${news.name}:${job.epoch}`);
}

/**
 * A job's events, newest first. The cursor is the event's place in the stream, so that pages stay
 * whole while new events arrive. Throws `invalid_value` for an `after` that is no event id.
 */
export async function eventPage(
  { nats, eventSecret }: EventPorts,
  job: JobRecord,
  { after, limit }: Pick<z.infer<typeof listEventsQuerySchema>, 'after' | 'limit'>,
): Promise<Page<EventObject>> {
  const ids = eventIds(eventSecret, job.id);
  const afterSequence = placeAfter(ids, after);
  const events = await listEvents(nats, job.project, job.id, {
    ...(afterSequence === undefined ? {} : { afterSequence }),
    limit: limit + 1,
    newestFirst: true,
  });
  return page(
    events.slice(0, limit).map((event) => eventObject(ids, event)),
    events.length > limit,
  );
}

/** The place of an event by its id; none of none. Throws `invalid_value` for what is no event id. */
export function placeAfter(ids: EventIds, after: string | undefined): number | undefined {
  const place = after === undefined ? undefined : ids.sequenceOf(after);
  if (after === undefined || place !== undefined) return place;
  throw new LatheError('invalid_value', `Invalid value for 'after': ${after} is no event id.`, {
    param: 'after',
  });
}

/** An event as clients see it. */
export function eventObject(ids: EventIds, { sequence, event }: StoredEvent): EventObject {
  return {
    id: ids.idOf(sequence),
    object: 'fine_tuning.job.event',
    created_at: event.createdAt,
    level: event.level,
    message: event.message,
    type: event.type,
    data: event.data,
  };
}
