import { buckets } from '@lathe/contracts/subject';
import { startPlatformNats } from '@lathe/testkit/platform-nats';
import { expect, it } from 'vitest';
import { bucketMadeMs } from './bucket-age.ts';
import { connectNats } from './connection.ts';
import { ensureStreams } from './setup.ts';

it('tells when a bucket was made, also after a restart of the server, and after its streams were looked after', async () => {
  const before = Date.now();
  await using platform = await startPlatformNats();
  const { server, nats, settings } = platform;
  const made = await bucketMadeMs(nats, buckets.files);
  expect(made).toBeGreaterThanOrEqual(before);
  expect(made).toBeLessThanOrEqual(Date.now());
  await server.stop();
  await server.restart();
  const again = await connectNats({ url: server.url, name: 'again', log: nats.log });
  await ensureStreams(again, { ...settings, retentionMs: 60_000 });
  expect(await bucketMadeMs(again, buckets.files)).toBe(made);
  await again.close();
});
