import { expect, it } from 'vitest';
import { exactTimeText, timeText } from './time-text.ts';

const now = 1_790_000_000;

it.each([
  ['the moment itself', 0, 'just now'],
  ['half a minute ago', -30, 'just now'],
  ['five minutes ago', -300, '5 min ago'],
  ['in half a minute', 30, 'now'],
  ['in five minutes', 300, 'in 5 min'],
  ['in three hours', 3 * 3600, 'in 3 h'],
])('tells %s', (_, away, text) => {
  expect(timeText(now + away, now)).toBe(text);
});

it('tells a time of another day as it is, before and after', () => {
  expect(timeText(now - 3 * 86_400, now)).toMatch(/2026/);
  expect(timeText(now + 3 * 86_400, now)).toMatch(/2026/);
});

it('tells an exact time to the second with its zone', () => {
  expect(exactTimeText(now)).toMatch(/:20\b.*[A-Z]{2,}/);
});
