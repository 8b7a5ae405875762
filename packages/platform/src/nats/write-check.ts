import { buckets, readyProbe, streams } from '@lathe/contracts/subject';
import { headers } from '@nats-io/nats-core';
import type { Nats } from './connection.ts';

/**
 * Writes something into each of our streams and takes it back: a stream that met a full disk takes no writes until
 * nats-server is started again, while the server and other streams answer as ever. Throws an Error that names the
 * first stream that does not take it within the time.
 * @example await checkWrites(nats, 5_000);
 */
export async function checkWrites(nats: Nats, timeoutMs: number): Promise<void> {
  await Promise.all([
    ...Object.values(buckets).map((bucket) =>
      named(`KV_${bucket}`, () => writeMarker(nats, bucket, timeoutMs)),
    ),
    ...[
      { stream: streams.events.name, subject: readyProbe.events },
      { stream: streams.work.name, subject: readyProbe.work },
    ].map((probe) => named(probe.stream, () => writeAndPurge(nats, probe, timeoutMs))),
  ]);
}

async function named(stream: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (cause) {
    throw new Error(`nats-server takes no writes into ${stream}`, { cause });
  }
}

/** The marker of a deleted record, which every reader of the bucket leaves out; a new one replaces the last. */
async function writeMarker(nats: Nats, bucket: string, timeout: number): Promise<void> {
  const marker = headers();
  marker.set('KV-Operation', 'DEL');
  const subject = `$KV.${bucket}.${readyProbe.key}`;
  await nats.jetstream.publish(subject, '', { headers: marker, timeout });
}

async function writeAndPurge(
  nats: Nats,
  { stream, subject }: { readonly stream: string; readonly subject: string },
  timeout: number,
): Promise<void> {
  await nats.jetstream.publish(subject, '', { timeout });
  await nats.manager.streams.purge(stream, { filter: subject });
}
