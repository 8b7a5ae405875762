import type { Page } from '@lathe/contracts/http/list';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ask } from './client.ts';
import { joinedPages, type Part } from './joined-pages.ts';
import { useQuery } from './use-query.ts';

/** Items of a list that are read at a time, which is the most that most lists give. */
const pageItems = 100;

export type List<T> = {
  readonly items: readonly T[] | undefined;
  readonly error: unknown;
  readonly hasMore: boolean;
  /** Reads the next page, unless one is being read. */
  readonly loadMore: () => void;
  readonly reload: () => void;
};

/**
 * A list of the API, in its order: its first page, read again `everyMs` (0: once), and the following pages as they are asked for.
 */
export function useList<T extends { readonly id: string }>(path: string, everyMs = 0): List<T> {
  const [older, setOlder] = useState<Part<T> | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const isReading = useRef(false);
  const join = path.includes('?') ? '&' : '?';
  const read = useCallback(
    (after: string | undefined, signal?: AbortSignal): Promise<Page<T>> =>
      ask(`${path}${join}limit=${pageItems}${after ? `&after=${after}` : ''}`, { signal }),
    [path, join],
  );
  const first = useQuery((signal) => read(undefined, signal), [path], everyMs);
  useEffect(() => setOlder(null), [path]);

  const { data } = first;
  const { items, hasMore = false } = data
    ? joinedPages({ items: data.data, hasMore: data.has_more }, older)
    : {};
  const last = items?.at(-1)?.id;
  const loadMore = (): void => {
    if (isReading.current || !hasMore || last === undefined) return;
    isReading.current = true;
    read(last)
      .then((page) => {
        setOlder({ items: [...(items ?? []), ...page.data], hasMore: page.has_more });
        setFailure(null);
      })
      .catch((error: unknown) => setFailure(error))
      .finally(() => {
        isReading.current = false;
      });
  };
  return { items, error: first.error ?? failure, hasMore, loadMore, reload: first.reload };
}
