import type { WorkMessage } from '@lathe/contracts/message/work';
import { streams, workSubject } from '@lathe/contracts/subject';
import { type PlatformNats, startPlatformNats } from '@lathe/testkit/platform-nats';
import { expect, it } from 'vitest';
import { consumeDeadLetters, type DeadLetter } from './dead-letters.ts';
import { consumeWork, publishWork } from './work.ts';

const message: WorkMessage = {
  version: 1,
  project: 'p',
  jobId: 'ftjob-a',
  epoch: 1,
  requestId: 'req_1',
};

/** Delivers until the queue gives up, as a service that is killed each time would. */
async function exhaust({ nats }: PlatformNats): Promise<void> {
  const controller = new AbortController();
  let deliveries = 0;
  const done = consumeWork(
    nats,
    'ingest',
    async (_work, context) => {
      deliveries = context.deliveries;
      return { kind: 'retry', delayMs: 10 };
    },
    { concurrency: 1, signal: controller.signal, onFailure: async () => undefined },
  );
  await expect.poll(() => deliveries).toBe(3);
  controller.abort();
  await done;
}

const letters = async ({ nats }: PlatformNats): Promise<number> =>
  (await nats.manager.streams.info(streams.dead.name)).state.messages;
const waiting = async ({ nats }: PlatformNats): Promise<number> =>
  (await nats.manager.streams.info(streams.work.name)).state.messages;

it('hands over work that ran out of deliveries, also when nobody listened then', async () => {
  await using platform = await startPlatformNats();
  await publishWork(platform.nats, 'ingest', message);
  const controller = new AbortController();
  // The server announces the death when it would deliver once more.
  await exhaust(platform);
  const puller = consumeWork(platform.nats, 'ingest', async () => ({ kind: 'done' }), {
    concurrency: 1,
    signal: controller.signal,
    onFailure: async () => undefined,
  });
  await expect.poll(() => letters(platform)).toBe(1);
  expect(await waiting(platform)).toBe(1);
  const dead: DeadLetter[] = [];
  let tries = 0;
  const burying = consumeDeadLetters(
    platform.nats,
    async (letter) => {
      tries++;
      dead.push(letter);
    },
    controller.signal,
  );
  await expect.poll(() => waiting(platform)).toBe(0);
  expect(tries).toBe(1);
  expect(dead).toEqual([{ message, consumer: 'lathe-ingest', deliveries: 3 }]);
  controller.abort();
  await Promise.all([burying, puller]);
});

it('drops a dead message and an advisory that cannot be read', async () => {
  await using platform = await startPlatformNats();
  const { nats } = platform;
  const ack = await nats.jetstream.publish(workSubject('ingest'), 'not JSON');
  const subject = '$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.LATHE_WORK.lathe-ingest';
  nats.connection.publish(subject, '{}');
  nats.connection.publish(subject, 'not JSON');
  const advisory = { stream: 'LATHE_WORK', consumer: 'lathe-ingest', deliveries: 3 };
  nats.connection.publish(subject, JSON.stringify({ ...advisory, stream_seq: ack.seq }));
  nats.connection.publish(subject, JSON.stringify({ ...advisory, stream_seq: 999 }));
  const controller = new AbortController();
  let called = 0;
  const burying = consumeDeadLetters(nats, async () => void called++, controller.signal);
  await expect.poll(() => waiting(platform)).toBe(0);
  const info = () => nats.manager.consumers.info(streams.dead.name, 'lathe-dead-letters');
  await expect
    .poll(async () => (await info()).num_pending + (await info()).num_ack_pending)
    .toBe(0);
  expect(called).toBe(0);
  controller.abort();
  await burying;
});
