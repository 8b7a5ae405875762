import type { WorkMessage } from '@lathe/contracts/message/work';
import { streams, workSubject } from '@lathe/contracts/subject';
import { type PlatformNats, quickSettings, startPlatformNats } from '@lathe/testkit/platform-nats';
import { expect, it } from 'vitest';
import { publishWork } from './work.ts';
import { readStageQueue, removeWork } from './work-queue.ts';

const message = (jobId: string): WorkMessage => ({
  version: 1,
  project: 'p',
  jobId,
  epoch: 1,
  requestId: 'req_1',
});

async function take({ nats }: PlatformNats) {
  const consumer = await nats.jetstream.consumers.get(streams.work.name, 'lathe-ingest');
  return consumer.next({ expires: 1000 });
}

async function names({ nats }: PlatformNats) {
  const { queued, doubtful } = await readStageQueue(nats, 'ingest');
  const name = (work: (typeof queued)[number]): string => work.message.jobId;
  return { queued: queued.map(name), doubtful: doubtful.map(name) };
}

it('reads what lies on a queue and doubts what was delivered for the last time', async () => {
  await using platform = await startPlatformNats({ ...quickSettings, maxDeliveries: 1 });
  const { nats } = platform;
  await nats.jetstream.publish(workSubject('ingest'), 'not JSON');
  const unreadable = await take(platform);
  await publishWork(nats, 'ingest', message('held'));
  await publishWork(nats, 'ingest', message('waits'));
  await publishWork(nats, 'train', message('other'));
  const held = await take(platform);
  unreadable?.term();
  expect(await names(platform)).toEqual({ queued: ['held', 'waits'], doubtful: [] });
  // The last delivery runs out; the server says so when it would deliver again, and only then lets go.
  await expect
    .poll(async () => {
      await take(platform).then((taken) => taken?.working());
      return (await names(platform)).doubtful;
    })
    .toContain('held');
  await removeWork(nats, held?.seq ?? 0);
  await removeWork(nats, held?.seq ?? 0);
  expect((await names(platform)).queued).toEqual(['waits']);
});
