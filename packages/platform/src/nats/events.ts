import { type JobEvent, jobEventSchema } from '@lathe/contracts/message/event';
import { eventSubject, streams } from '@lathe/contracts/subject';
import { AckPolicy, DeliverPolicy, JetStreamApiError, type JsMsg } from '@nats-io/jetstream';
import { nanos } from '@nats-io/nats-core';
import type { Nats } from './connection.ts';
import { ask } from './link.ts';
import { readSubject } from './read-subject.ts';

/** An event with its place in the event stream, which is its public id and a stable cursor. */
export type StoredEvent = { readonly sequence: number; readonly event: JobEvent };

export type EventQuery = {
  /** Only events beyond this one, in the direction of reading. */
  readonly afterSequence?: number;
  readonly limit: number;
  readonly newestFirst: boolean;
};

/**
 * Stores an event and returns its sequence. `dedupeId` names what happened, not the try: publishing
 * it again within the duplicate window stores nothing (`<jobId>:` is put before it). Throws
 * `unavailable` when the server stays away.
 */
export async function publishEvent(nats: Nats, event: JobEvent, dedupeId: string): Promise<number> {
  const subject = eventSubject(event.project, event.jobId);
  const payload = JSON.stringify(jobEventSchema.parse(event));
  const msgID = `${event.jobId}:${dedupeId}`;
  const ack = await ask(nats, () => nats.jetstream.publish(subject, payload, { msgID }));
  return ack.seq;
}

/**
 * Stores events in their order, sent together: one round trip for all. When the server goes meanwhile, all
 * are sent again, and those that it has are not stored twice. Throws like `publishEvent`.
 */
export async function publishEvents(
  nats: Nats,
  named: readonly { readonly event: JobEvent; readonly dedupeId: string }[],
): Promise<void> {
  if (named.length === 0) return;
  const messages = named.map(({ event, dedupeId }) => ({
    subject: eventSubject(event.project, event.jobId),
    payload: JSON.stringify(jobEventSchema.parse(event)),
    msgID: `${event.jobId}:${dedupeId}`,
  }));
  await ask(nats, () =>
    Promise.all(
      messages.map(({ subject, payload, msgID }) =>
        nats.jetstream.publish(subject, payload, { msgID }),
      ),
    ),
  );
}

/**
 * A page of a job's events. An event that cannot be read is logged and left out.
 * @example await listEvents(nats, 'default', 'ftjob-4f…', { limit: 20, newestFirst: true });
 */
export function listEvents(
  nats: Nats,
  project: string,
  jobId: string,
  query: EventQuery,
): Promise<StoredEvent[]> {
  return ask(nats, () => readPage(nats, eventSubject(project, jobId), query));
}

async function readPage(nats: Nats, subject: string, query: EventQuery): Promise<StoredEvent[]> {
  if (!query.newestFirst)
    return readRange(nats, subject, (query.afterSequence ?? 0) + 1, Infinity, query.limit);
  const last = await nats.manager.streams.getMessage(streams.events.name, {
    last_by_subj: subject,
  });
  if (last === null) return [];
  const first = await nats.manager.direct.getMessage(streams.events.name, {
    seq: 1,
    next_by_subj: subject,
  });
  const lowest = first?.seq ?? 1;
  // The stream reads forward only, so look back through windows that double until the page is full.
  let end = Math.min(query.afterSequence ?? Infinity, last.seq + 1);
  let span = 4 * query.limit;
  const page: StoredEvent[] = [];
  while (page.length < query.limit && end > lowest) {
    const start = Math.max(lowest, end - span);
    const window = await readRange(nats, subject, start, end, Infinity);
    page.push(...window.reverse());
    end = start;
    span *= 2;
  }
  return page.slice(0, query.limit);
}

/** Events of a subject with `from` <= sequence < `to`, oldest first, at most `limit`. */
async function readRange(
  nats: Nats,
  subject: string,
  from: number,
  to: number,
  limit: number,
): Promise<StoredEvent[]> {
  const { consumers } = nats.manager;
  const stream = streams.events.name;
  const info = await consumers.add(stream, {
    ack_policy: AckPolicy.None,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: from,
    filter_subject: subject,
    mem_storage: true,
    inactive_threshold: nanos(30_000),
  });
  const events: StoredEvent[] = [];
  try {
    let left = Math.min(info.num_pending, limit);
    const consumer = await nats.jetstream.consumers.get(stream, info.name);
    while (left > 0) {
      const batch = Math.min(left, 500);
      let received = 0;
      const messages = await consumer.fetch({ max_messages: batch, expires: 5000 });
      for await (const message of messages) {
        if (message.seq >= to) return events;
        received++;
        const event = readEvent(nats, message);
        if (event !== undefined) events.push(event);
      }
      // Fewer than promised: events grew too old and went while we read.
      if (received < batch) break;
      left -= received;
    }
    return events;
  } finally {
    await consumers.delete(stream, info.name).catch((error: unknown) => {
      nats.log.debug({ err: error }, 'a reading consumer is left to expire by itself');
    });
  }
}

/**
 * Deletes a job's events and overwrites their bytes in the server's files, which a purge would leave there until
 * nats-server tidies up. Done again it finds nothing. Returns how many there were.
 */
export async function eraseEvents(nats: Nats, project: string, jobId: string): Promise<number> {
  const stream = streams.events.name;
  let erased = 0;
  let batch: Promise<boolean>[] = [];
  for await (const { sequence } of readSubject(nats, stream, eventSubject(project, jobId))) {
    batch.push(ask(nats, () => eraseMessage(nats, stream, sequence)));
    erased++;
    if (batch.length < erasedAtOnce) continue;
    await Promise.all(batch);
    batch = [];
  }
  await Promise.all(batch);
  return erased;
}

/** Requests to erase a message that wait for the server at a time. */
const erasedAtOnce = 100;
/** nats-server's code for a message that it could not delete, mostly since it is not there: another gateway was faster. */
const deleteFailed = 10_057;

async function eraseMessage(nats: Nats, stream: string, sequence: number): Promise<boolean> {
  const { streams: all } = nats.manager;
  try {
    return await all.deleteMessage(stream, sequence, true);
  } catch (error) {
    if (!(error instanceof JetStreamApiError && error.code === deleteFailed)) throw error;
    if ((await all.getMessage(stream, { seq: sequence })) === null) return false;
    throw error;
  }
}

function readEvent(nats: Nats, message: JsMsg): StoredEvent | undefined {
  try {
    return { sequence: message.seq, event: jobEventSchema.parse(message.json()) };
  } catch (error) {
    nats.log.error({ err: error, sequence: message.seq }, 'left out an event that cannot be read');
    return undefined;
  }
}
