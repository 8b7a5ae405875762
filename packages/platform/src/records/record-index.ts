import type { z } from 'zod';
import { createBreather } from '../breather.ts';
import type { Nats } from '../nats/connection.ts';
import { ask } from '../nats/link.ts';
import { readSubject, type StoredMessage } from '../nats/read-subject.ts';

/** What is known of every record of a bucket, as it is when it is asked for. */
export type RecordIndex<Brief> = {
  /** Of the records whose key begins with the part (`` for all). Throws the LatheError `unavailable` as RecordStore does. */
  list(part: string): Promise<readonly Brief[]>;
};

/**
 * An index of the records of a bucket without a time to live. It is brought up to date whenever it is asked, by what was written since:
 * a list of thousands of records that have not changed costs one question and reads none. A record that is broken is reported
 * once and left out.
 * @example
 * const briefOf = ({ id, state }: JobRecord) => ({ id, state });
 * const index = createRecordIndex(nats, { bucket: buckets.jobs, schema: jobRecordSchema, briefOf });
 * await index.list('default');
 */
export function createRecordIndex<T, Brief>(
  nats: Nats,
  {
    bucket,
    schema,
    briefOf,
  }: {
    readonly bucket: string;
    readonly schema: z.ZodType<T>;
    readonly briefOf: (record: T) => Brief;
  },
): RecordIndex<Brief> {
  const prefix = `$KV.${bucket}.`;
  const parts = new Map<string, Map<string, Brief>>();
  /** Sequence of the newest message that was read. */
  let newest = 0;

  const take = ({ subject, sequence, header, data }: StoredMessage): void => {
    // A reading that was given up may still bring what a later one has brought.
    if (sequence <= newest) return;
    newest = sequence;
    const key = subject.slice(prefix.length);
    const part = key.split('.', 1)[0] ?? '';
    const known = parts.get(part) ?? new Map<string, Brief>();
    known.delete(key);
    // What is there has no such header; it names how a record was deleted.
    if (header('KV-Operation') === '') {
      try {
        known.set(key, briefOf(schema.parse(JSON.parse(Buffer.from(data).toString('utf8')))));
      } catch (error) {
        nats.log.error({ err: error, bucket, key }, 'left out a record that is broken');
      }
    }
    if (known.size > 0) parts.set(part, known);
    else parts.delete(part);
  };

  const catchUp = async (): Promise<void> => {
    const breathe = createBreather();
    // The newest message is read again, or what came in its place: where neither is there, it is another stream.
    const isFirst = newest === 0;
    let count = 0;
    for await (const message of readSubject(
      nats,
      `KV_${bucket}`,
      `${prefix}>`,
      Math.max(newest, 1),
    )) {
      count++;
      take(message);
      await breathe();
    }
    if (count > 0 || isFirst) return;
    parts.clear();
    newest = 0;
    await catchUp();
  };

  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  /** Whoever asks sees all that was written before: a reading that is under way may have begun too early. */
  const upToDate = (): Promise<void> => {
    next ??= running.then(() => {
      next = undefined;
      const reading = ask(nats, catchUp);
      running = reading.catch(() => undefined);
      return reading;
    });
    return next;
  };

  return {
    async list(part) {
      await upToDate();
      if (part !== '') return [...(parts.get(part)?.values() ?? [])];
      return [...parts.values()].flatMap((known) => [...known.values()]);
    },
  };
}
