import type { Nats } from './connection.ts';
import { ask } from './link.ts';

/**
 * When a bucket of records was made, in milliseconds since 1970 by nats-server's clock: what is older than it may have had
 * its record in a bucket that was lost. A restart, a restored store and another number of copies do not change it.
 * @example const madeMs = await bucketMadeMs(nats, buckets.files);
 */
export async function bucketMadeMs(nats: Nats, bucket: string): Promise<number> {
  const { created } = await ask(nats, () => nats.manager.streams.info(`KV_${bucket}`));
  return Date.parse(created);
}
