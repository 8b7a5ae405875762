import { buckets } from '@lathe/contracts/subject';
import { startPlatformNats } from '@lathe/testkit/platform-nats';
import { headers } from '@nats-io/nats-core';
import { expect, it } from 'vitest';
import { readSubject } from './read-subject.ts';

const stream = `KV_${buckets.jobs}`;
const subject = (key: string): string => `$KV.${buckets.jobs}.${key}`;

it('reads every message under a subject in its order, in as many requests as it takes', async () => {
  await using platform = await startPlatformNats();
  const { nats } = platform;
  const read = (keys: string) => Array.fromAsync(readSubject(nats, stream, subject(keys)));
  expect(await read('>')).toEqual([]);
  const publish = (key: string) => nats.jetstream.publish(subject(key), key);
  const keys = Array.from({ length: 2300 }, (_, index) => `p.k${index}`);
  for (let from = 0; from < keys.length; from += 500)
    await Promise.all(keys.slice(from, from + 500).map(publish));
  await publish('q.other');
  const found = await read('p.>');
  expect(found.map(({ data }) => Buffer.from(data).toString('utf8'))).toEqual(keys);
  expect(found.map((message) => message.subject)).toEqual(keys.map(subject));
  expect(found.map(({ sequence }) => sequence)).toEqual(keys.map((_, index) => index + 1));
  expect(found[0]?.header('KV-Operation')).toBe('');
  expect(await read('q.other')).toHaveLength(1);
  expect(await read('none.>')).toEqual([]);
});

it('says what it could not read', async () => {
  await using platform = await startPlatformNats();
  const reading = Array.fromAsync(readSubject(platform.nats, 'NOWHERE', '>'));
  await expect(reading).rejects.toThrow('DIRECT.GET.NOWHERE');
});

it('reads message by message from a server before 2.11, which knows no batches', async () => {
  await using platform = await startPlatformNats();
  const { nats } = platform;
  // As nats-server 2.9.10, which Debian has, was seen to answer.
  const kept = [3, 7, 8];
  nats.connection.subscribe('$JS.API.DIRECT.GET.OLD', {
    callback: (_, request) => {
      const { seq } = request.json<{ seq: number }>();
      const next = kept.find((sequence) => sequence >= seq);
      if (next === undefined) {
        request.respond('', { headers: headers(404, 'Message Not Found') });
        return;
      }
      const told = headers();
      told.set('Nats-Stream', 'OLD');
      told.set('Nats-Subject', `old.${next}`);
      told.set('Nats-Sequence', String(next));
      request.respond(`message ${next}`, { headers: told });
    },
  });
  const found = await Array.fromAsync(readSubject(nats, 'OLD', 'old.>'));
  expect(found.map(({ sequence }) => sequence)).toEqual(kept);
});
