import { expect, it } from 'vitest';
import { joinedPages } from './joined-pages.ts';

const page = (ids: string, hasMore: boolean) => ({
  items: Array.from(ids, (id) => ({ id })),
  hasMore,
});
const joined = (fresh: ReturnType<typeof page>, read: ReturnType<typeof page> | null) => {
  const { items, hasMore } = joinedPages(fresh, read);
  return [items.map(({ id }) => id).join(''), hasMore];
};

it('puts what was read before behind the first page as it is now', () => {
  expect(joined(page('ab', true), null)).toEqual(['ab', true]);
  expect(joined(page('ab', true), page('abcd', false))).toEqual(['abcd', false]);
  // A new one stands first, and one that stood within the first page is gone.
  expect(joined(page('xa', true), page('abcd', true))).toEqual(['xabcd', true]);
  expect(joined(page('bc', true), page('abcd', true))).toEqual(['bcd', true]);
});

it('leaves out all that was read before where the first page is the whole list by now', () => {
  expect(joined(page('', false), page('abcd', true))).toEqual(['', false]);
  expect(joined(page('x', false), page('abcd', false))).toEqual(['x', false]);
  expect(joined(page('ab', false), page('abcd', false))).toEqual(['ab', false]);
});
