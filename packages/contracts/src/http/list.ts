import { z } from 'zod';

/** Cursor page as the official client pages through it. */
export type Page<T> = {
  object: 'list';
  data: T[];
  has_more: boolean;
  first_id: string | null;
  last_id: string | null;
};

/**
 * Wraps a page of items.
 * @example page([{ id: 'ftjob-4f…' }], false);
 */
export function page<T extends { id: string }>(data: T[], hasMore: boolean): Page<T> {
  return {
    object: 'list',
    data,
    has_more: hasMore,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
  };
}

/** `limit` of a list request. */
export function limitSchema(fallback: number, most: number) {
  return z.coerce.number().int().min(1).max(most).default(fallback);
}
