import { expect, it } from 'vitest';
import { checkMask, supervisedCount } from './mask.ts';

const end = 9;
const row = (tokens: number[], supervised: number[]) => ({
  tokens: Int32Array.from(tokens),
  supervised: Uint8Array.from(supervised),
  controlStrings: [],
});
const rules = (tokens: number[], supervised: number[], mustEnd = true) =>
  checkMask(row(tokens, supervised), { endsAnswer: (token) => token === end, mustEnd }).map(
    ({ rule, level }) => `${level} ${rule}`,
  );

it('never counts the first token, which nothing predicts', () => {
  expect(supervisedCount([1, 1, 0, 1])).toBe(2);
});

it('refuses a row that teaches nothing', () => {
  expect(rules([1, 2, 3], [0, 0, 0])).toEqual(['error no-supervised-token']);
  expect(rules([1, 2, 3], [1, 0, 0])).toEqual(['error no-supervised-token']);
});

it('refuses an answer that would never end, and warns where the template ends none', () => {
  expect(rules([1, 2, end], [0, 1, 1])).toEqual([]);
  expect(rules([1, 2, end], [0, 1, 0])).toEqual(['error no-terminator']);
  expect(rules([1, 2, end], [0, 1, 0], false)).toEqual(['warn no-terminator']);
});

it('looks at the end of every answer', () => {
  expect(rules([1, 2, 3, 4, end], [0, 1, 0, 1, 1])).toEqual(['error no-terminator']);
  expect(rules([1, 2, end, 4, end], [0, 1, 1, 0, 1])).toEqual([]);
});

it('lets blanks stand behind the end of an answer, and nothing else', () => {
  const [blank, ends] = [0, { endsAnswer: (token: number) => token === end, mustEnd: true }];
  const isBlank = (token: number) => token === blank;
  const found = (tokens: number[], supervised: number[]) =>
    checkMask(row(tokens, supervised), { ...ends, isBlank }).length;
  expect(found([1, 2, end, blank, 1], [0, 1, 1, 1, 0])).toBe(0);
  expect(found([1, 2, end, 3, blank], [0, 1, 1, 1, 1])).toBe(1);
  expect(found([1, end, blank], [0, 0, 1])).toBe(1);
});
