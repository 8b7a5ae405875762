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
  /** Ends with the path that it is of. */
  const opened = useRef(new AbortController().signal);
  /** Whose next page is being read. */
  const reading = useRef<AbortSignal | null>(null);
  const join = path.includes('?') ? '&' : '?';
  const read = useCallback(
    (after: string | undefined, signal?: AbortSignal): Promise<Page<T>> =>
      ask(`${path}${join}limit=${pageItems}${after ? `&after=${after}` : ''}`, { signal }),
    [path, join],
  );
  const first = useQuery((signal) => read(undefined, signal), [path], everyMs);
  useEffect(() => {
    const controller = new AbortController();
    opened.current = controller.signal;
    setOlder(null);
    setFailure(null);
    return () => controller.abort();
  }, [path]);

  const { data } = first;
  const { items, hasMore = false } = data
    ? joinedPages({ items: data.data, hasMore: data.has_more }, older)
    : {};
  const last = items?.at(-1)?.id;
  const loadMore = (): void => {
    const signal = opened.current;
    if (reading.current === signal || !hasMore || last === undefined) return;
    reading.current = signal;
    read(last, signal)
      .then((page) => {
        if (signal.aborted) return;
        setOlder({ items: [...(items ?? []), ...page.data], hasMore: page.has_more });
        setFailure(null);
      })
      .catch((error: unknown) => {
        if (!signal.aborted) setFailure(error);
      })
      .finally(() => {
        if (reading.current === signal) reading.current = null;
      });
  };
  return { items, error: first.error ?? failure, hasMore, loadMore, reload: first.reload };
}
