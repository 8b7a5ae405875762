import { type WorkMessage, workMessageSchema } from '@lathe/contracts/message/work';
import { type Queue, streams, workConsumer, workSubject } from '@lathe/contracts/subject';
import { JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream';
import type { Nats } from './connection.ts';
import { ask } from './link.ts';
import { readSubject } from './read-subject.ts';

/** A work message that is not done with. */
export type QueuedWork = { readonly sequence: number; readonly message: WorkMessage };

/** What lies on a queue. */
export type StageQueue = {
  readonly queued: readonly QueuedWork[];
  /**
   * Those among which some were delivered for the last time and will never be again, for the server does not say
   * which; empty when there are none.
   */
  readonly doubtful: readonly QueuedWork[];
};

/**
 * Reads a queue as it stands. A message that cannot be read is left out.
 * @example const { queued } = await readStageQueue(nats, 'train');
 */
export async function readStageQueue(nats: Nats, stage: Queue): Promise<StageQueue> {
  // First what is held, then what is there: a message that is done with meanwhile makes none doubtful.
  const consumer = await ask(nats, () =>
    nats.manager.consumers.info(streams.work.name, workConsumer(stage)),
  );
  const queued: QueuedWork[] = [];
  let delivered = 0;
  for await (const { sequence, data } of readSubject(nats, streams.work.name, workSubject(stage))) {
    if (sequence <= consumer.delivered.stream_seq) delivered++;
    const parsed = workMessageSchema.safeParse(jsonIn(data));
    if (parsed.success) queued.push({ sequence, message: parsed.data });
  }
  const hasDead = delivered > consumer.num_ack_pending;
  const doubtful = queued.filter(({ sequence }) => sequence <= consumer.delivered.stream_seq);
  return { queued, doubtful: hasDead ? doubtful : [] };
}

/** Removes a message from the work queues; one that is gone is fine. */
export async function removeWork(nats: Nats, sequence: number): Promise<void> {
  try {
    await ask(nats, () => nats.manager.streams.deleteMessage(streams.work.name, sequence));
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

/** 10057: the sequence is not in the stream any more. */
function isGone(error: unknown): boolean {
  return (
    error instanceof JetStreamApiError &&
    (error.code === JetStreamApiCodes.NoMessageFound || error.code === 10057)
  );
}

function jsonIn(data: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(data));
  } catch {
    return undefined;
  }
}
