import { buckets } from '@lathe/contracts/subject';
import { startPlatformNats } from '@lathe/testkit/platform-nats';
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
