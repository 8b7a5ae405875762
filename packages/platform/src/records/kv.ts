import { LatheError } from '@lathe/contracts/error';
import { sizeText } from '@lathe/contracts/words/size';
import { JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream';
import { type KV, type KvEntry, Kvm } from '@nats-io/kv';
import type { z } from 'zod';
import type { Nats } from '../nats/connection.ts';
import { ask, stopping } from '../nats/link.ts';
import { pause } from '../nats/pause.ts';
import { readSubject } from '../nats/read-subject.ts';
import {
  BrokenRecordError,
  ConflictError,
  type Entry,
  type RecordChange,
  type RecordStore,
} from './port.ts';

/** What a record is read from. */
type StoredEntry = Pick<KvEntry, 'key' | 'revision'> & { json(): unknown };

const keyPattern = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/;

/**
 * Records of one schema in a JetStream key-value bucket that nats/setup.ts has made.
 * @example const files = await openRecords(nats, buckets.files, fileRecordSchema);
 */
export async function openRecords<T>(
  nats: Nats,
  bucket: string,
  schema: z.ZodType<T>,
): Promise<RecordStore<T>> {
  const kv = await new Kvm(nats.jetstream).open(bucket, { allow_direct: false });
  const read = (entry: StoredEntry): Entry<T> => ({
    key: entry.key,
    revision: entry.revision,
    value: parseRecord(schema, entry),
  });
  /** Reads an entry of many: a broken one is reported and must not hide the others. */
  const tryRead = (entry: StoredEntry): Entry<T> | undefined => {
    try {
      return read(entry);
    } catch (error) {
      nats.log.error({ err: error, bucket, key: entry.key }, 'left out a record that is broken');
      return undefined;
    }
  };
  const write = (value: T): string => {
    const json = JSON.stringify(schema.parse(value));
    requireRoom(nats, json);
    return json;
  };

  const get = async (key: string): Promise<Entry<T> | null> => {
    const entry = await ask(nats, () => kv.get(checkedKey(key)));
    return entry === null || entry.operation !== 'PUT' ? null : read(entry);
  };
  /**
   * A write that depends on a revision. When its first try got no answer, it may have been carried
   * out all the same: then a conflict is success if exactly our bytes are there.
   */
  const compareAndSet = (
    key: string,
    bytes: string,
    write: () => Promise<number>,
  ): Promise<number> =>
    ask(nats, async (attempt) => {
      try {
        return await write();
      } catch (error) {
        if (!isConflict(error)) throw error;
        const stored = attempt === 1 ? null : await kv.get(key);
        if (stored?.operation === 'PUT' && stored.string() === bytes) return stored.revision;
        throw new ConflictError(key, { cause: error });
      }
    });

  return {
    async get(key) {
      const entry = await get(key);
      return entry === null ? null : { value: entry.value, revision: entry.revision };
    },
    async create(key, value) {
      const bytes = write(value);
      return compareAndSet(checkedKey(key), bytes, () => kv.create(key, bytes));
    },
    async update(key, value, revision) {
      const bytes = write(value);
      return compareAndSet(checkedKey(key), bytes, () => kv.update(key, bytes, revision));
    },
    async put(key, value) {
      const bytes = write(value);
      return ask(nats, () => kv.put(checkedKey(key), bytes));
    },
    async delete(key, revision) {
      checkedKey(key);
      await ask(nats, async (attempt) => {
        try {
          await kv.delete(key, revision === undefined ? {} : { previousSeq: revision });
        } catch (error) {
          if (!isConflict(error)) throw error;
          const stored = attempt === 1 ? undefined : await kv.get(key);
          if (stored === undefined || stored?.operation === 'PUT')
            throw new ConflictError(key, { cause: error });
        }
      });
    },
    list: (prefix) => ask(nats, () => listRecords(nats, bucket, subjectOf(prefix), tryRead)),
    watch: (prefix, signal) => watchRecords(kv, nats, subjectOf(prefix), tryRead, signal),
  };
}

/** What the name and the headers of a record take at most, in bytes. */
const headBytes = 4096;

/** Throws `invalid_value` for a record that is longer than NATS takes: much of what is in it came with a request. */
function requireRoom({ connection }: Nats, json: string): void {
  const most = (connection.info?.max_payload ?? Number.POSITIVE_INFINITY) - headBytes;
  const bytes = Buffer.byteLength(json);
  if (bytes <= most) return;
  throw new LatheError(
    'invalid_value',
    `What has to be kept of this takes ${sizeText(bytes)}; at most ${sizeText(most)} are kept.`,
  );
}

async function listRecords<T>(
  nats: Nats,
  bucket: string,
  keys: string,
  tryRead: (entry: StoredEntry) => Entry<T> | undefined,
): Promise<Entry<T>[]> {
  const entries = new Map<string, Entry<T>>();
  const prefix = `$KV.${bucket}.`;
  for await (const message of readSubject(nats, `KV_${bucket}`, `${prefix}${keys}`)) {
    const key = message.subject.slice(prefix.length);
    // A record that changes while we read comes again: its last state counts.
    entries.delete(key);
    // What is there has no such header; it names how a record was deleted.
    if (message.header('KV-Operation') !== '') continue;
    const json = (): unknown => JSON.parse(Buffer.from(message.data).toString('utf8'));
    const record = tryRead({ key, revision: message.sequence, json });
    if (record !== undefined) entries.set(key, record);
  }
  return [...entries.values()];
}

async function* watchRecords<T>(
  kv: KV,
  nats: Nats,
  key: string,
  tryRead: (entry: KvEntry) => Entry<T> | undefined,
  signal: AbortSignal,
): AsyncGenerator<RecordChange<T>> {
  while (!signal.aborted && !nats.connection.isClosed()) {
    try {
      const watcher = await kv.watch({ key });
      using _ = stopping(nats, signal, () => watcher.stop());
      for await (const entry of watcher) {
        if (signal.aborted) return;
        if (entry.operation !== 'PUT') yield { kind: 'delete', key: entry.key };
        else {
          const record = tryRead(entry);
          if (record !== undefined) yield { kind: 'put', ...record };
        }
      }
    } catch (error) {
      if (signal.aborted || nats.connection.isClosed()) return;
      nats.log.warn({ err: error, key }, 'a watch of records broke off; watching again');
    }
    // A watch that ends by itself starts again with the present state of every record.
    await pause(500, signal);
  }
}

function parseRecord<T>(schema: z.ZodType<T>, entry: StoredEntry): T {
  let json: unknown;
  try {
    json = entry.json();
  } catch (error) {
    throw new BrokenRecordError(entry.key, (error as Error).message);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new BrokenRecordError(entry.key, `${issue?.path.join('.')}: ${issue?.message}`);
}

function checkedKey(key: string): string {
  if (!keyPattern.test(key)) throw new RangeError(`"${key}" cannot be the key of a record`);
  return key;
}

/** The wildcard for everything under a dotted prefix. */
function subjectOf(prefix: string): string {
  const parts = prefix.replace(/\.$/, '');
  return parts === '' ? '>' : `${checkedKey(parts)}.>`;
}

function isConflict(error: unknown): boolean {
  return (
    error instanceof JetStreamApiError &&
    (error.code === JetStreamApiCodes.StreamWrongLastSequence ||
      error.code === JetStreamApiCodes.StreamWrongLastSequenceUnknown)
  );
}
