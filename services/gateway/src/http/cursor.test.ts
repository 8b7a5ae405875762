import { expect, it } from 'vitest';
import { cut, newestFirst } from './cursor.ts';

const items = [5, 4, 4, 2, 1].map((createdMs, index) => ({ id: `x${9 - index}`, createdMs }));
const gone = new Map([
  ['x99', 5],
  ['x75', 4],
  ['x0', 0],
]);
const ports = {
  compare: newestFirst,
  isShown: ({ id }: { id: string }) => id !== 'x6',
  placeOf: async (id: string) => gone.get(id),
};
const idsAfter = async (after: string | undefined, limit = 9) => {
  const { items: found, hasMore } = await cut(items, { after, limit }, ports);
  return [...found.map(({ id }) => id), ...(hasMore ? ['more'] : [])];
};

it('goes on after what is there, shown or not, and after what was deleted', async () => {
  expect(items.toSorted(newestFirst)).toEqual(items);
  expect(await idsAfter(undefined, 2)).toEqual(['x9', 'x8', 'more']);
  expect(await idsAfter('x8')).toEqual(['x7', 'x5']);
  expect(await idsAfter('x6')).toEqual(['x5']);
  // Deleted: before all, between two of one millisecond, and after all.
  expect(await idsAfter('x99')).toEqual(['x9', 'x8', 'x7', 'x5']);
  expect(await idsAfter('x75', 1)).toEqual(['x7', 'more']);
  expect(await idsAfter('x0')).toEqual([]);
  await expect(idsAfter('nobody')).rejects.toThrow('nobody is not in the list');
});
