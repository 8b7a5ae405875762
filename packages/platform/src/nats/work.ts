import type { WorkMessage } from '@lathe/contracts/message/work';
import { type Stage, streams, workConsumer, workSubject } from '@lathe/contracts/subject';
import type { JsMsg } from '@nats-io/jetstream';
import type { Nats } from './connection.ts';
import { ask } from './link.ts';
import { pause } from './pause.ts';
import { deliverWork } from './work-delivery.ts';
import type { ConsumeOptions, WorkHandler } from './work-handler.ts';

/**
 * Puts one message on a stage's queue. Publishing the same job, stage and epoch again within the
 * duplicate window changes nothing, unless a copy is named: then the same holds for that copy. Throws
 * `unavailable` when the server stays away.
 * @example
 * const job = { project: 'default', jobId: 'ftjob-4f…', requestId: 'req_4f…' };
 * await publishWork(nats, 'train', { version: 1, ...job, epoch: 1 });
 */
export async function publishWork(
  nats: Nats,
  stage: Stage,
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
  stage: Stage,
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
      await takeEach(nats, await consumer.fetch(request), signal, (message) => {
        const work = deliverWork({ nats, consumer, handler, options, publishCopy }, message)
          .catch((error: unknown) =>
            nats.log.error({ err: error, stage }, 'a piece of work could not be settled'),
          )
          .finally(() => running.delete(work));
        running.add(work);
      });
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

type Batch = AsyncIterable<JsMsg> & { close(): Promise<unknown> };

/** Takes messages as they come, until the batch is full or over, or the signal aborts. */
async function takeEach(
  nats: Nats,
  messages: Batch,
  signal: AbortSignal,
  take: (message: JsMsg) => void,
): Promise<void> {
  const stop = (): void => void messages.close();
  signal.addEventListener('abort', stop, { once: true });
  // A batch that was asked of a connection that broke may stay silent for ever.
  const forget = nats.link.on('up', stop);
  if (signal.aborted) stop();
  try {
    for await (const message of messages) take(message);
  } finally {
    signal.removeEventListener('abort', stop);
    forget();
  }
}
