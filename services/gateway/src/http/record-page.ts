import { recordKey } from '@lathe/contracts/subject';
import type { RecordStore } from '@lathe/platform/records/port';
import { type CutPorts, cut, type Dated } from './cursor.ts';
import { type Place, placeOf } from './places.ts';

/** Where records are read, and what is remembered of those that are gone. */
type Stored<T> = {
  readonly project: string;
  readonly records: RecordStore<T>;
  readonly places: RecordStore<Place>;
};

/**
 * The records of the page that follows `after`, by what is kept of each in memory: only these are read whole. One that was
 * erased a moment ago is left out. Throws as `cut` does.
 */
export async function recordPage<Brief extends Dated, T>(
  briefs: readonly Brief[],
  query: { readonly after?: string | undefined; readonly limit: number },
  { project, records, places, compare, ...rest }: Stored<T> & CutPorts<Brief>,
): Promise<{ items: T[]; hasMore: boolean }> {
  const { items, hasMore } = await cut(briefs.toSorted(compare), query, {
    placeOf: (id) => placeOf(places, project, id),
    compare,
    ...rest,
  });
  const read = await Promise.all(items.map(({ id }) => records.get(recordKey(project, id))));
  return { items: read.flatMap((each) => (each === null ? [] : [each.value])), hasMore };
}
