import { LatheError } from '@lathe/contracts/error';

/**
 * The items that follow the one with id `after`, at most `limit`. Throws `invalid_value` when
 * `after` names none of them.
 */
export function cut<T extends { readonly id: string }>(
  items: readonly T[],
  after: string | undefined,
  limit: number,
): { items: T[]; hasMore: boolean } {
  let start = 0;
  if (after !== undefined) {
    start = items.findIndex((item) => item.id === after) + 1;
    if (start === 0)
      throw new LatheError(
        'invalid_value',
        `Invalid value for 'after': ${after} is not in the list.`,
        {
          param: 'after',
        },
      );
  }
  return { items: items.slice(start, start + limit), hasMore: items.length > start + limit };
}
