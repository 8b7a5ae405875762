import { type WorkMessage, workMessageSchema } from '@lathe/contracts/message/work';
import { streams } from '@lathe/contracts/subject';
import type { JsMsg } from '@nats-io/jetstream';
import { z } from 'zod';
import type { Nats } from './connection.ts';
import { jsonOf } from './json.ts';
import { ask, stopping } from './link.ts';
import { pause } from './pause.ts';
import { deadLetterConsumer } from './setup.ts';
import { removeWork } from './work-queue.ts';

const advisorySchema = z.object({
  stream: z.string(),
  consumer: z.string(),
  stream_seq: z.number().int(),
  deliveries: z.number().int(),
});

export type DeadLetter = {
  readonly message: WorkMessage;
  /** The durable consumer whose deliveries ran out, `lathe-<stage>`. */
  readonly consumer: string;
  readonly deliveries: number;
};

/**
 * Hands every work message that ran out of deliveries to `onDead`, which must fail its job, and then
 * deletes the message from the queue. At least once each, also for messages that died while
 * nobody listened. Resolves when the signal aborts.
 * @example await consumeDeadLetters(nats, async ({ message }) => log.error({ job: message.jobId }), signal);
 */
export async function consumeDeadLetters(
  nats: Nats,
  onDead: (letter: DeadLetter) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const consumer = await ask(nats, () =>
        nats.jetstream.consumers.get(streams.dead.name, deadLetterConsumer),
      );
      const messages = await consumer.consume({ max_messages: 10 });
      using _ = stopping(nats, signal, () => void messages.close());
      for await (const advisory of messages) await bury(nats, advisory, onDead);
    } catch (error) {
      if (signal.aborted || nats.connection.isClosed()) return;
      nats.log.warn({ err: error }, 'cannot read dead letters; trying again');
    }
    if (nats.connection.isClosed()) return;
    await pause(1000, signal);
  }
}

async function bury(
  nats: Nats,
  advisory: JsMsg,
  onDead: (letter: DeadLetter) => Promise<void>,
): Promise<void> {
  const parsed = advisorySchema.safeParse(jsonOf(advisory));
  if (!parsed.success) {
    nats.log.error({ subject: advisory.subject }, 'dropped an advisory that cannot be read');
    advisory.term('unreadable');
    return;
  }
  const { stream, consumer, stream_seq: sequence, deliveries } = parsed.data;
  try {
    const stored = await nats.manager.streams.getMessage(stream, { seq: sequence });
    // Nothing stored: another delivery of this advisory has dealt with it.
    if (stored !== null) {
      const message = workMessageSchema.safeParse(jsonOf(stored));
      if (message.success) await onDead({ message: message.data, consumer, deliveries });
      else nats.log.error({ stream, sequence }, 'dropped a dead message that cannot be read');
      await removeWork(nats, sequence);
    }
    await advisory.ackAck();
  } catch (error) {
    nats.log.error({ err: error, sequence }, 'could not deal with a dead message; trying again');
    advisory.nak(5000);
  }
}
