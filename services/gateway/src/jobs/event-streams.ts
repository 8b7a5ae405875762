import { setTimeout as sleep } from 'node:timers/promises';
import { LatheError } from '@lathe/contracts/error';
import type { JobRecord } from '@lathe/contracts/job/record';
import { isTerminal } from '@lathe/contracts/job/state';
import { eventSubject, recordKey } from '@lathe/contracts/subject';
import { listEvents } from '@lathe/platform/nats/events';
import type { Records } from '@lathe/platform/records';
import { failureOf } from '../http/failure.ts';
import { data, heartbeat, terminator } from '../http/server-sent-events.ts';
import { eventIds } from './event-ids.ts';
import { type EventPorts, eventObject, placeAfter } from './job-events.ts';

type StreamPorts = EventPorts & Pick<Records, 'jobs'>;
type StreamSettings = {
  /** Streams that may be open at a time. */
  readonly eventStreams: number;
  /** How long one is quiet before it says that it waits. */
  readonly eventHeartbeatMs: number;
  /** How long events are gathered before they are read. */
  readonly eventGatherMs: number;
  /** How long the last event of a job that is over is waited for. */
  readonly eventEndMs: number;
};

/** Where a stream begins, and when the client leaves it. */
type Reader = { readonly after: string | undefined; readonly signal: AbortSignal };

export type EventStreams = {
  /**
   * A job's events as server-sent events, each under its id: those that happened after one, oldest first, then all others as
   * they happen, and `[DONE]` when the job is over. Throws `invalid_value` for an `after` that is no event id and `rate_limit_exceeded`
   * when too many streams are open; a later failure is told in the stream.
   */
  open(job: JobRecord, reader: Reader): AsyncGenerator<string>;
};

/** The streams that this gateway has open. */
export function createEventStreams(ports: StreamPorts, settings: StreamSettings): EventStreams {
  let open = 0;
  return {
    open(job, { after, signal }) {
      const place = placeAfter(eventIds(ports.eventSecret, job.id), after);
      if (open >= settings.eventStreams)
        throw new LatheError(
          'rate_limit_exceeded',
          'Too many streams of events are open; close some.',
          {
            retryable: true,
          },
        );
      open++;
      // Whoever leaves before the first piece closes no stream that has begun.
      signal.addEventListener('abort', closed, { once: true });
      let isOpen = true;
      function closed(): void {
        if (isOpen) open--;
        isOpen = false;
        signal.removeEventListener('abort', closed);
      }
      return told(ports, follow(ports, settings, { job, place, signal }), { signal, closed });
    },
  };
}

async function* told(
  { nats }: StreamPorts,
  events: AsyncGenerator<string>,
  { signal, closed }: { readonly signal: AbortSignal; readonly closed: () => void },
): AsyncGenerator<string> {
  try {
    yield* events;
  } catch (error) {
    if (signal.aborted) return;
    nats.log.warn({ err: error }, 'a stream of events failed');
    yield data(failureOf(error).body);
  } finally {
    closed();
  }
}

/** Events that are read at a time. */
const pageEvents = 500;

type Followed = {
  readonly job: JobRecord;
  readonly place: number | undefined;
  readonly signal: AbortSignal;
};

/**
 * What is published under the job's subject says only that there is something to read: events come from the stream by their
 * places, so that none is lost and none comes twice, whatever becomes of the connection.
 */
async function* follow(
  { nats, jobs, eventSecret }: StreamPorts,
  settings: StreamSettings,
  { job, place, signal }: Followed,
): AsyncGenerator<string> {
  const { project, id } = job;
  const ids = eventIds(eventSecret, id);
  const bell = createBell();
  const news = nats.connection.subscribe(eventSubject(project, id), { callback: bell.ring });
  signal.addEventListener('abort', bell.ring, { once: true });
  try {
    let last = place ?? 0;
    let isEnded = false;
    let isLate = false;
    while (!signal.aborted) {
      bell.clear();
      const events = await listEvents(nats, project, id, {
        ...{ afterSequence: last, limit: pageEvents, newestFirst: false },
      });
      const told = events.map((stored) => {
        const event = eventObject(ids, stored);
        return data(event, event.id);
      });
      // In one piece: sent and read by themselves they would cost both sides more than all that is done with them.
      if (told.length > 0) yield told.join('');
      const newest = events.at(-1);
      last = newest?.sequence ?? last;
      isEnded = newest === undefined ? isEnded : endNames.has(newest.event.name);
      if (events.length === pageEvents) continue;
      const now = (await jobs.get(recordKey(project, id)))?.value;
      if (now === undefined) throw new LatheError('not_found', `The job ${id} was erased.`);
      const isOver = isTerminal(now.state);
      // Its last event may come a moment after the record says that it is over.
      if (isOver && (isEnded || (isLate && events.length === 0))) {
        yield terminator;
        return;
      }
      const waitMs = isOver ? settings.eventEndMs : settings.eventHeartbeatMs;
      isLate = !(await bell.rung(waitMs)) && isOver;
      if (isLate || signal.aborted) continue;
      if (!bell.isRung()) yield heartbeat;
      else await sleep(settings.eventGatherMs);
    }
  } finally {
    news.unsubscribe();
    signal.removeEventListener('abort', bell.ring);
  }
}

/** Events with which a job ends. */
const endNames: ReadonlySet<string> = new Set(['succeeded', 'failed', 'cancelled']);

/** Something that one waits for and others ring, before or while it is waited for. */
function createBell() {
  let isRung = false;
  let wake: (() => void) | undefined;
  return {
    ring: (): void => {
      isRung = true;
      wake?.();
    },
    clear: (): void => {
      isRung = false;
    },
    isRung: () => isRung,
    /** Whether it rang, now or within so long. */
    rung: (ms: number): Promise<boolean> =>
      new Promise((resolve) => {
        if (isRung) return resolve(true);
        const timer = setTimeout(() => resolve(false), ms);
        wake = () => {
          clearTimeout(timer);
          resolve(true);
        };
      }),
  };
}
