/** The items of a list up to somewhere. */
export type Part<T> = {
  readonly items: readonly T[];
  /** Whether others follow. */
  readonly hasMore: boolean;
};

/**
 * A list by its first page as it is now and what was read of it before: what stood within the first page, and does no more, is
 * gone, and so is all that stood behind it where it is the last page by now.
 */
export function joinedPages<T extends { readonly id: string }>(
  fresh: Part<T>,
  read: Part<T> | null,
): Part<T> {
  if (!fresh.hasMore || read === null) return fresh;
  const ids = new Set(fresh.items.map(({ id }) => id));
  const last = read.items.findLastIndex(({ id }) => ids.has(id));
  return { items: [...fresh.items, ...read.items.slice(last + 1)], hasMore: read.hasMore };
}
