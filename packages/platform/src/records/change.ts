import { ConflictError, type RecordStore } from './port.ts';

/** Times a change is decided anew after somebody else was faster. */
const attempts = 20;

/**
 * Changes a record by compare-and-set: reads it, asks `change` for the new one (null: leave it) and stores that, again
 * from the start when somebody else was faster. `change` must be free of side effects. Returns the record as it is now;
 * undefined where there is none.
 * @example
 * const { files } = await openAllRecords(nats);
 * await changeRecord(files, recordKey('default', 'file-4f…'), (file) => ({ ...file, filename: 'rows.jsonl' }));
 */
export async function changeRecord<T extends { readonly id: string; readonly project: string }>(
  store: RecordStore<T>,
  key: string,
  change: (record: T) => T | null,
): Promise<T | undefined> {
  for (let attempt = 1; ; attempt++) {
    const stored = await store.get(key);
    if (stored === null) return undefined;
    const next = change(stored.value);
    if (next === null) return stored.value;
    if (next.id !== stored.value.id || next.project !== stored.value.project)
      throw new Error(`a change of ${key} tried to change its identity`);
    try {
      await store.update(key, next, stored.revision);
      return next;
    } catch (error) {
      if (!(error instanceof ConflictError) || attempt >= attempts) throw error;
      // A little disorder, so that two writers do not meet again.
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 5 * attempt));
    }
  }
}
