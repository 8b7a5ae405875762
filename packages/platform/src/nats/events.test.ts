import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobEvent } from '@lathe/contracts/message/event';
import { eventSubject } from '@lathe/contracts/subject';
import { type PlatformNats, startPlatformNats } from '@lathe/testkit/platform-nats';
import { expect, it } from 'vitest';
import { eraseEvents, listEvents, publishEvent, publishEvents } from './events.ts';

const event = (jobId: string, text: string): JobEvent => ({
  version: 1,
  project: 'p',
  jobId,
  name: 'log',
  createdAt: 1,
  level: 'info',
  message: text,
  type: 'message',
  data: {},
});

async function publishMany({ nats }: PlatformNats, jobId: string, from: number, to: number) {
  for (let index = from; index <= to; index++)
    await publishEvent(nats, event(jobId, `m${index}`), `m${index}`);
}

it('stores what happened once, however often it is told', async () => {
  await using platform = await startPlatformNats();
  const first = await publishEvent(platform.nats, event('j', 'a'), 'started:1');
  expect(await publishEvent(platform.nats, event('j', 'a'), 'started:1')).toBe(first);
  const other = await publishEvent(platform.nats, event('k', 'a'), 'started:1');
  expect(other).toBeGreaterThan(first);
  const events = await listEvents(platform.nats, 'p', 'j', { limit: 10, newestFirst: true });
  expect(events).toEqual([{ sequence: first, event: event('j', 'a') }]);
});

it('stores events that are sent together in their order, and only those that are new', async () => {
  await using platform = await startPlatformNats();
  const named = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, index) => {
      const text = `m${from + index}`;
      return { event: event('j', text), dedupeId: text };
    });
  await publishEvents(platform.nats, []);
  await publishEvents(platform.nats, named(1, 200));
  await publishEvents(platform.nats, named(150, 250));
  const query = { limit: 1000, newestFirst: false };
  const stored = await listEvents(platform.nats, 'p', 'j', query);
  expect(stored.map(({ event: { message } }) => message)).toEqual(
    named(1, 250).map(({ dedupeId }) => dedupeId),
  );
});

it('pages in both directions, with other jobs between', async () => {
  await using platform = await startPlatformNats();
  const { nats } = platform;
  await publishMany(platform, 'other', 1, 30);
  await publishMany(platform, 'j', 1, 7);
  await publishMany(platform, 'other', 31, 80);
  await publishMany(platform, 'j', 8, 12);
  await publishMany(platform, 'other', 81, 90);
  for (const newestFirst of [true, false]) {
    const seen: string[] = [];
    let afterSequence: number | undefined;
    for (let pages = 0; pages < 10; pages++) {
      const query = { limit: 5, newestFirst };
      const page = await listEvents(
        nats,
        'p',
        'j',
        afterSequence === undefined ? query : { ...query, afterSequence },
      );
      seen.push(...page.map((stored) => stored.event.message));
      afterSequence = page.at(-1)?.sequence;
      if (page.length < 5) break;
    }
    const expected = Array.from({ length: 12 }, (_, index) => `m${index + 1}`);
    expect(seen).toEqual(newestFirst ? expected.reverse() : expected);
  }
});

it('keeps a cursor stable while events are added', async () => {
  await using platform = await startPlatformNats();
  await publishMany(platform, 'j', 1, 4);
  const query = { limit: 2, newestFirst: true };
  const first = await listEvents(platform.nats, 'p', 'j', query);
  await publishMany(platform, 'j', 5, 9);
  const afterSequence = first.at(-1)?.sequence ?? 0;
  const second = await listEvents(platform.nats, 'p', 'j', { ...query, afterSequence });
  expect(second.map((stored) => stored.event.message)).toEqual(['m2', 'm1']);
  const beyond = await listEvents(platform.nats, 'p', 'j', {
    ...query,
    newestFirst: false,
    afterSequence: 99_999,
  });
  expect(beyond).toEqual([]);
});

it('shows no events of other projects or of unknown jobs', async () => {
  await using platform = await startPlatformNats();
  await publishMany(platform, 'j', 1, 2);
  for (const newestFirst of [true, false]) {
    const query = { limit: 5, newestFirst };
    expect(await listEvents(platform.nats, 'q', 'j', query)).toEqual([]);
    expect(await listEvents(platform.nats, 'p', 'none', query)).toEqual([]);
  }
});

it('pages through two thousand events', async () => {
  await using platform = await startPlatformNats();
  const subject = eventSubject('p', 'j');
  const payload = JSON.stringify(event('j', 'm'));
  const publish = () => platform.nats.jetstream.publish(subject, payload);
  await Promise.all(Array.from({ length: 2000 }, publish));
  const page = await listEvents(platform.nats, 'p', 'j', { limit: 1000, newestFirst: true });
  expect(page).toHaveLength(1000);
  expect(page[0]?.sequence).toBe(2000);
});

it('leaves out an event that cannot be read', async () => {
  await using platform = await startPlatformNats();
  await publishMany(platform, 'j', 1, 1);
  await platform.nats.jetstream.publish(eventSubject('p', 'j'), '{"version":7}');
  await publishMany(platform, 'j', 2, 2);
  const events = await listEvents(platform.nats, 'p', 'j', { limit: 10, newestFirst: false });
  expect(events.map((stored) => stored.event.message)).toEqual(['m1', 'm2']);
  expect(platform.lines.join('')).toContain('left out an event');
});

it('erases the events of one job, their bytes on the disk too', async () => {
  await using platform = await startPlatformNats();
  const { nats, server } = platform;
  await publishMany(platform, 'secret', 1, 3);
  await publishEvent(nats, event('secret', 'the heron knows'), 'x');
  await publishMany(platform, 'other', 1, 3);
  const holds = async (text: string): Promise<boolean> => {
    const files = await readdir(server.folder, { recursive: true, withFileTypes: true });
    const paths = files.filter((file) => file.isFile()).map((f) => join(f.parentPath, f.name));
    const bytes = await Promise.all(paths.map((path) => readFile(path)));
    return bytes.some((each) => each.includes(text));
  };
  expect(await holds('the heron knows')).toBe(true);
  expect(await eraseEvents(nats, 'p', 'secret')).toBe(4);
  expect(await holds('the heron knows')).toBe(false);
  const query = { limit: 10, newestFirst: false };
  expect(await listEvents(nats, 'p', 'secret', query)).toEqual([]);
  expect(await listEvents(nats, 'p', 'other', query)).toHaveLength(3);
  expect(await eraseEvents(nats, 'p', 'secret')).toBe(0);
});

it('erases what another gateway erases at the same time', async () => {
  await using platform = await startPlatformNats();
  const { nats } = platform;
  await publishMany(platform, 'j', 1, 60);
  const erased = await Promise.all([1, 2, 3].map(() => eraseEvents(nats, 'p', 'j')));
  expect(Math.max(...erased)).toBe(60);
  expect(await listEvents(nats, 'p', 'j', { limit: 10, newestFirst: false })).toEqual([]);
});
