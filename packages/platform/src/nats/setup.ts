import {
  buckets,
  type Queue,
  type Stage,
  streams,
  workConsumer,
  workSubject,
} from '@lathe/contracts/subject';
import {
  AckPolicy,
  type ConsumerConfig,
  DeliverPolicy,
  DiscardPolicy,
  JetStreamApiError,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { nanos } from '@nats-io/nats-core';
import type { Nats } from './connection.ts';

export type StreamSettings = {
  readonly ackWaitMs: number;
  readonly maxDeliveries: number;
  readonly duplicateWindowMs: number;
  readonly workerLeaseMs: number;
  /** Age at which events go; 0: never. */
  readonly retentionMs: number;
  /** Copies of each stream in a cluster of servers. */
  readonly replicas?: number;
};

export const stages: readonly Stage[] = ['ingest', 'train', 'evaluate'];
/** Every queue of the work stream. */
export const queues: readonly Queue[] = [...stages, 'data', 'eval-run', 'batch', 'export'];
export const deadLetterConsumer = 'lathe-dead-letters';
const dayMs = 24 * 3_600_000;

/**
 * Makes every stream, consumer and bucket that is missing and brings changed settings of existing
 * ones up to date. Safe to call from several services at once and as often as one likes.
 * @example await ensureStreams(nats, config);
 */
export async function ensureStreams(nats: Nats, settings: StreamSettings): Promise<void> {
  const base = { storage: StorageType.File, num_replicas: settings.replicas ?? 1 };
  await ensureStream(nats, {
    ...base,
    name: streams.work.name,
    subjects: [...streams.work.subjects],
    retention: RetentionPolicy.Workqueue,
    discard: DiscardPolicy.New,
    max_msg_size: 64 * 1024,
    duplicate_window: nanos(settings.duplicateWindowMs),
    allow_direct: true,
  });
  await ensureStream(nats, {
    ...base,
    name: streams.events.name,
    subjects: [...streams.events.subjects],
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.Old,
    max_msg_size: 256 * 1024,
    // The server wants messages to live at least as long as it remembers their ids.
    max_age: nanos(
      settings.retentionMs === 0 ? 0 : Math.max(settings.retentionMs, settings.duplicateWindowMs),
    ),
    duplicate_window: nanos(settings.duplicateWindowMs),
    allow_direct: true,
  });
  await ensureStream(nats, {
    ...base,
    name: streams.dead.name,
    subjects: [...streams.dead.subjects],
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.Old,
    max_age: nanos(30 * dayMs),
  });
  for (const queue of queues)
    await ensureConsumer(nats, streams.work.name, {
      durable_name: workConsumer(queue),
      filter_subject: workSubject(queue),
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      ack_wait: nanos(settings.ackWaitMs),
      max_deliver: settings.maxDeliveries,
      max_ack_pending: 10_000,
    });
  await ensureConsumer(nats, streams.dead.name, {
    durable_name: deadLetterConsumer,
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.All,
    ack_wait: nanos(settings.ackWaitMs),
    max_deliver: -1,
  });
  const replicas = base.num_replicas;
  const { workers, evaluators, idempotency, ...lasting } = buckets;
  for (const bucket of Object.values(lasting))
    await ensureBucket(nats, bucket, { ttlMs: null, replicas });
  // Records outlive the lease a little; their own `expiresAt` is what counts.
  for (const announced of [workers, evaluators])
    await ensureBucket(nats, announced, { ttlMs: 3 * settings.workerLeaseMs, replicas });
  await ensureBucket(nats, idempotency, { ttlMs: dayMs, replicas });
}

type NamedStream = Partial<StreamConfig> & { name: string };

async function ensureStream(nats: Nats, config: NamedStream): Promise<void> {
  try {
    await nats.manager.streams.add(config);
  } catch (error) {
    if (!isTaken(error)) throw error;
    const { retention: _fixed, storage: _kept, ...changeable } = config;
    await nats.manager.streams.update(config.name, changeable);
  }
}

async function ensureConsumer(
  nats: Nats,
  stream: string,
  config: Partial<ConsumerConfig> & { durable_name: string },
): Promise<void> {
  try {
    await nats.manager.consumers.add(stream, config);
  } catch (error) {
    if (!isTaken(error)) throw error;
    await nats.manager.consumers.update(stream, config.durable_name, config);
  }
}

/** A bucket whose records go after so many milliseconds (null: stay), also when it had another time. */
async function ensureBucket(
  nats: Nats,
  bucket: string,
  { ttlMs, replicas }: { ttlMs: number | null; replicas: number },
): Promise<void> {
  const options = { history: 1, replicas, storage: StorageType.File, maxValueSize: 512 * 1024 };
  const kv = await new Kvm(nats.jetstream).create(bucket, { ...options, ttl: ttlMs ?? 0 });
  const { streamInfo } = await kv.status();
  const maxAge = nanos(ttlMs ?? 0);
  if (streamInfo.config.max_age !== maxAge)
    await nats.manager.streams.update(streamInfo.config.name, { max_age: maxAge });
}

/** 10058 and 10148: a stream or consumer of this name exists with other settings. */
function isTaken(error: unknown): boolean {
  return error instanceof JetStreamApiError && [10058, 10148].includes(error.code);
}
