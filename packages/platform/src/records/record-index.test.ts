import { buckets } from '@lathe/contracts/subject';
import { startPlatformNats } from '@lathe/testkit/platform-nats';
import { Kvm } from '@nats-io/kv';
import { expect, it } from 'vitest';
import { counterSchema } from './conformance.fixture.ts';
import { openRecords } from './kv.ts';
import { createRecordIndex } from './record-index.ts';

it('knows what was written before it is asked, and forgets what is deleted, broken or in another stream', async () => {
  await using platform = await startPlatformNats();
  const { nats, lines } = platform;
  const store = await openRecords(nats, buckets.jobs, counterSchema);
  const read: number[] = [];
  const index = createRecordIndex(nats, {
    ...{ bucket: buckets.jobs, schema: counterSchema },
    briefOf: ({ count }) => {
      read.push(count);
      return count;
    },
  });
  expect(await index.list('')).toEqual([]);
  await Promise.all([1, 2, 3].map((count) => store.put(`p.${'abc'[count - 1]}`, { count })));
  await store.put('q.a', { count: 9 });
  expect((await index.list('p')).toSorted()).toEqual([1, 2, 3]);
  expect(await index.list('q')).toEqual([9]);
  expect(await index.list('')).toHaveLength(4);
  expect(read).toHaveLength(4);
  // Each asker sees its own writing, however many ask at once.
  const seen = await Promise.all(
    [4, 5, 6].map(async (count) => {
      await store.put(`r${count}.a`, { count });
      return index.list(`r${count}`);
    }),
  );
  expect(seen).toEqual([[4], [5], [6]]);
  expect(read).toHaveLength(7);
  await store.delete('p.b');
  const raw = await new Kvm(nats.jetstream).open(buckets.jobs);
  await raw.put('p.c', 'not JSON');
  expect(await index.list('p')).toEqual([1]);
  expect(lines.filter((line) => line.includes('left out a record'))).toHaveLength(1);
  await nats.manager.streams.purge(`KV_${buckets.jobs}`);
  expect(await index.list('')).toEqual([]);
  await store.put('p.z', { count: 7 });
  expect(await index.list('')).toEqual([7]);
});
