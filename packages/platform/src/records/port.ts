/** A stored value with the revision that compare-and-set needs. */
type Stored<T> = { readonly value: T; readonly revision: number };
/** A stored value with its key. */
export type Entry<T> = Stored<T> & { readonly key: string };
/** What a watch reports: the entry as it is now, or that the key is gone. */
export type RecordChange<T> =
  | ({ readonly kind: 'put' } & Entry<T>)
  | { readonly kind: 'delete'; readonly key: string };

/** Somebody else changed the record since it was read. Read it again and decide anew. */
export class ConflictError extends Error {
  constructor(key: string, options?: ErrorOptions) {
    super(`The record ${key} was changed by someone else in the meantime.`, options);
    this.name = 'ConflictError';
  }
}

/** The stored bytes do not fit the record's schema: from a newer version, or damaged. */
export class BrokenRecordError extends Error {
  constructor(key: string, reason: string) {
    super(`The record ${key} cannot be read: ${reason}.`);
    this.name = 'BrokenRecordError';
  }
}

/**
 * A bucket of records of one type. Keys are parts of letters, digits, `-`, `_` joined by dots
 * (contracts/subject.ts makes them). Every method throws the LatheError
 * `unavailable` when the store does not answer in time.
 * @example await (await openAllRecords(nats)).jobs.get(recordKey('default', 'ftjob-4f…'));
 */
export interface RecordStore<T> {
  /** The record, or null when there is none. Throws BrokenRecordError when it cannot be read. */
  get(key: string): Promise<Stored<T> | null>;
  /** Stores a record under a new key and returns its revision. Throws ConflictError when the key exists. */
  create(key: string, value: T): Promise<number>;
  /** Replaces the record of that revision and returns the new one. Throws ConflictError when it has another. */
  update(key: string, value: T, revision: number): Promise<number>;
  /** Stores the record whatever was there. For records with one writer only. */
  put(key: string, value: T): Promise<number>;
  /** Removes the record; a missing one is fine. With a revision: throws ConflictError when it has another. */
  delete(key: string, revision?: number): Promise<void>;
  /** Every record whose key begins with the dotted prefix (`` for all). Broken ones are logged and left out. */
  list(prefix: string): Promise<Entry<T>[]>;
  /** Every record under the prefix as it is now, then each change, until the signal aborts. */
  watch(prefix: string, signal: AbortSignal): AsyncIterable<RecordChange<T>>;
}
