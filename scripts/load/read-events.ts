import { jobEventSchema } from '@lathe/contracts/message/event';
import { streams } from '@lathe/contracts/subject';
import type { Nats } from '@lathe/platform/nats/connection';
import type { TimedEvent } from './timeline.ts';

const batch = 500;
const silenceMs = 5000;

/** Every event of every job, oldest first, with the time at which nats-server stored it. */
export async function readEvents(nats: Nats): Promise<TimedEvent[]> {
  const consumer = await nats.jetstream.consumers.get(streams.events.name);
  const events: TimedEvent[] = [];
  let left = (await consumer.info()).num_pending;
  while (left > 0) {
    let received = 0;
    for await (const message of await consumer.fetch({
      max_messages: Math.min(left, batch),
      expires: silenceMs,
    })) {
      received++;
      const { jobId, name, message: text, data } = jobEventSchema.parse(message.json());
      events.push({ jobId, name, message: text, data, atMs: message.time.getTime() });
    }
    if (received === 0) throw new Error('nats-server stopped sending the events of the jobs');
    left -= received;
  }
  return events;
}
