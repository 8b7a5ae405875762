import { expect, it } from 'vitest';
import { columnOf, groupsOf } from './task-row.ts';

const row = (token: number, group?: number) => ({
  tokens: Int32Array.of(token),
  supervised: new Uint8Array(1),
  ...(group !== undefined && { group: Int32Array.of(group) }),
});

it('brings rows of one number together, however numbers go on', () => {
  const groups = groupsOf([row(1, 0), row(2, 0), row(3, 1), row(4, 0), row(5, 0), row(6, 0)]);
  expect(groups.map((group) => group.map(({ tokens }) => tokens[0]))).toEqual([
    [1, 2],
    [3],
    [4, 5, 6],
  ]);
  expect(groupsOf([])).toEqual([]);
});

it('says which column is missing', () => {
  expect(() => groupsOf([row(1)])).toThrow('a row lacks the column "group"');
  expect(() => columnOf(row(1), 'span')).toThrow('a row lacks the column "span"');
});
