import { LatheError } from '@lathe/contracts/error';

/** What lists of files and jobs are sorted by. */
export type Dated = { readonly id: string; readonly createdMs: number };

/** The order of lists: newest first, and by id what was created in the same millisecond. */
export function newestFirst(a: Dated, b: Dated): number {
  if (a.createdMs !== b.createdMs) return b.createdMs - a.createdMs;
  return a.id === b.id ? 0 : a.id < b.id ? 1 : -1;
}

/** The order of lists that begin with what is oldest. */
export function oldestFirst(a: Dated, b: Dated): number {
  return newestFirst(b, a);
}

export type CutPorts<T> = {
  /** The order that the items are in. */
  readonly compare: (a: T & Dated, b: T & Dated) => number;
  /** Which items the list shows; the cursor may be any. */
  readonly isShown: (item: T) => boolean;
  /** When something was created that is not there any more. */
  readonly placeOf?: (id: string) => Promise<number | undefined>;
};

/**
 * The items that follow the one with id `after`, at most `limit`, also when that one was deleted meanwhile. Throws
 * `invalid_value` when `after` names none that is known.
 */
export async function cut<T extends { readonly id: string }>(
  items: readonly T[],
  { after, limit }: { readonly after?: string | undefined; readonly limit: number },
  { compare, isShown, placeOf }: CutPorts<T>,
): Promise<{ items: T[]; hasMore: boolean }> {
  let rest = items;
  if (after !== undefined) {
    const index = items.findIndex((item) => item.id === after);
    const createdMs = index === -1 ? await placeOf?.(after) : undefined;
    if (index === -1 && createdMs === undefined)
      throw new LatheError(
        'invalid_value',
        `Invalid value for 'after': ${after} is not in the list.`,
        { param: 'after' },
      );
    const gone = { id: after, createdMs: createdMs ?? 0 } as T & Dated;
    rest =
      index === -1
        ? items.filter((item) => compare(gone, item as T & Dated) < 0)
        : items.slice(index + 1);
  }
  const shown = rest.filter(isShown);
  return { items: shown.slice(0, limit), hasMore: shown.length > limit };
}
