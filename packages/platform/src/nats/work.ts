import type { WorkMessage } from '@lathe/contracts/message/work';
import { type Queue, streams, workConsumer, workSubject } from '@lathe/contracts/subject';
import type { Nats } from './connection.ts';
import { ask, stopping } from './link.ts';
import { pause } from './pause.ts';
import { deliverWork } from './work-delivery.ts';
import type { ConsumeOptions, WorkHandler } from './work-handler.ts';

/**
 * Puts one message on the queue of a stage, or of data work. Publishing the same job, stage and epoch again within the
 * duplicate window changes nothing, unless a copy is named: then the same holds for that copy. Throws
 * `unavailable` when the server stays away.
 * @example
 * const job = { project: 'default', jobId: 'ftjob-4f…', requestId: 'req_4f…' };
 * await publishWork(nats, 'train', { version: 1, ...job, epoch: 1 });
 */
export async function publishWork(
  nats: Nats,
  stage: Queue,
  message: WorkMessage,
  copy?: string,
): Promise<void> {
  const first = `${message.jobId}:${stage}:${message.epoch}`;
  const msgID = copy === undefined ? first : `${first}:${copy}`;
  const payload = JSON.stringify(message);
  await ask(nats, () => nats.jetstream.publish(workSubject(stage), payload, { msgID }));
}

/**
 * Takes a stage's work until the signal aborts. Resolves when all running work has ended. A server that is away, or a
 * consumer that vanished, is tried again with growing pauses. Nothing is fetched that cannot be begun at once.
 */
export async function consumeWork(
  nats: Nats,
  stage: Queue,
  handler: WorkHandler,
  options: ConsumeOptions,
): Promise<void> {
  const { signal, concurrency } = options;
  const running = new Set<Promise<void>>();
  const publishCopy = (message: WorkMessage, copy: string): Promise<void> =>
    publishWork(nats, stage, message, copy);
  let failures = 0;
  while (!signal.aborted) {
    try {
      if (running.size >= concurrency) {
        await Promise.race(running);
        continue;
      }
      const consumer = await ask(nats, () =>
        nats.jetstream.consumers.get(streams.work.name, workConsumer(stage)),
      );
      const request = {
        max_messages: concurrency - running.size,
        expires: options.pollMs ?? 10_000,
      };
      const messages = await consumer.fetch(request);
      using _ = stopping(nats, signal, () => void messages.close());
      for await (const message of messages) {
        const work = deliverWork({ nats, consumer, handler, options, publishCopy }, message)
          .catch((error: unknown) =>
            nats.log.error({ err: error, stage }, 'a piece of work could not be settled'),
          )
          .finally(() => running.delete(work));
        running.add(work);
      }
      failures = 0;
    } catch (error) {
      if (signal.aborted || nats.connection.isClosed()) break;
      failures++;
      if (failures > 1) nats.log.warn({ err: error, stage }, 'cannot take work; trying again');
      await pause(Math.min(100 * 2 ** failures, 5000), signal);
    }
  }
  await Promise.all(running);
}
