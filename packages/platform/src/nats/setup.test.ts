import { buckets, streams, workConsumer } from '@lathe/contracts/subject';
import { startNats } from '@lathe/testkit/nats';
import { quickSettings, startPlatformNats } from '@lathe/testkit/platform-nats';
import { expect, it } from 'vitest';
import { createLogger } from '../log/log.ts';
import { connectNats } from './connection.ts';
import { ensureStreams, queues } from './setup.ts';
import { publishWork } from './work.ts';

const log = createLogger({ logLevel: 'silent', logFormat: 'json' }, 'test');

it('makes everything once, however many services start at the same time', async () => {
  await using server = await startNats();
  const services = await Promise.all(
    Array.from({ length: 4 }, () => connectNats({ url: server.url, name: 'test', log })),
  );
  await Promise.all(services.map((nats) => ensureStreams(nats, quickSettings)));
  const manager = services[0]?.manager;
  const names = await manager?.streams.names().next();
  const expected = [
    ...Object.values(streams).map(({ name }) => name),
    ...Object.values(buckets).map((bucket) => `KV_${bucket}`),
  ];
  expect(names?.sort()).toEqual(expected.sort());
  const consumers = await manager?.consumers.list(streams.work.name).next();
  expect(consumers?.map(({ name }) => name).sort()).toEqual(queues.map(workConsumer).sort());
  await Promise.all(services.map((nats) => nats.close()));
});

it('brings changed settings up to date and keeps what is stored', async () => {
  await using platform = await startPlatformNats();
  const { nats } = platform;
  const message = { version: 1 as const, project: 'p', jobId: 'j', epoch: 1, requestId: 'r' };
  await publishWork(nats, 'train', message);
  await ensureStreams(nats, {
    ackWaitMs: 7000,
    maxDeliveries: 9,
    duplicateWindowMs: 60_000,
    retentionMs: 0,
    workerLeaseMs: 9000,
  });
  const consumer = await nats.manager.consumers.info(streams.work.name, workConsumer('train'));
  expect(consumer.config).toMatchObject({ ack_wait: 7e9, max_deliver: 9 });
  const work = await nats.manager.streams.info(streams.work.name);
  expect(work.config.duplicate_window).toBe(60e9);
  expect(work.config.retention).toBe('workqueue');
  expect(work.state.messages).toBe(1);
  const workers = await nats.manager.streams.info(`KV_${buckets.workers}`);
  expect(workers.config.max_age).toBe(27e9);
});
