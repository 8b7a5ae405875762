import { type KeyRecord, keyRecordSchema } from '@lathe/contracts/record/key';
import { buckets, recordKey } from '@lathe/contracts/subject';
import type { Nats } from '@lathe/platform/nats/connection';
import { changeRecord } from '@lathe/platform/records/change';
import type { RecordStore } from '@lathe/platform/records/port';
import { createRecordIndex } from '@lathe/platform/records/record-index';
import { findCaller, presentedHash, type StoredKey, unknownKey } from '../http/authenticate.ts';
import type { Caller } from '../http/http.ts';

/** All keys that open a project, and when they were used. */
export type Keyring = {
  /** Those that settings give. */
  readonly configured: readonly StoredKey[];
  /**
   * Whom an `Authorization` header makes of its sender. A key that was revoked opens nothing, at any gateway, from then
   * on: the store is asked each time, unless a setting gives the key. Throws `invalid_api_key`, and `unavailable` where
   * the store does not answer.
   */
  open(header: string | undefined): Promise<Caller>;
  /** Keys of a project that were made over the API. */
  list(project: string): Promise<readonly KeyRecord[]>;
  /** Stores when keys were used last, as far as this process knows. What cannot be stored is kept for the next time. */
  writeUses(): Promise<void>;
};

/** `now`: milliseconds since 1970. */
export function openKeyring(
  nats: Nats,
  keys: RecordStore<KeyRecord>,
  { configured, now }: { readonly configured: readonly StoredKey[]; readonly now: () => number },
): Keyring {
  const index = createRecordIndex(nats, {
    bucket: buckets.keys,
    schema: keyRecordSchema,
    briefOf: (record) => ({ record, stored: asStored(record) }),
  });
  /** Unix seconds, by the keys of records. */
  const uses = new Map<string, number>();
  return {
    configured,
    async open(header) {
      const hash = presentedHash(header);
      const own = findCaller(hash, configured);
      if (own !== undefined) return own;
      const caller = findCaller(
        hash,
        (await index.list('')).map(({ stored }) => stored),
      );
      if (caller === undefined) throw unknownKey();
      uses.set(recordKey(caller.project, caller.keyId), Math.floor(now() / 1000));
      return caller;
    },
    list: async (project) => (await index.list(project)).map(({ record }) => record),
    async writeUses() {
      for (const [key, lastUsedAt] of [...uses]) {
        await changeRecord(keys, key, (record) =>
          (record.lastUsedAt ?? 0) >= lastUsedAt ? null : { ...record, lastUsedAt },
        );
        if (uses.get(key) === lastUsedAt) uses.delete(key);
      }
    },
  };
}

function asStored({ id, project, role, sha256 }: KeyRecord): StoredKey {
  return { keyId: id, project, role, sha256: Buffer.from(sha256, 'hex') };
}
