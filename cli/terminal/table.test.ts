import { expect, it } from 'vitest';
import { bytes, count, duration, percent } from './amounts.ts';
import { table } from './table.ts';
import { textWidth } from './text-width.ts';

const rows = [
  ['ftjob-1', 'running', 'a sentence that says a lot of words'],
  ['ftjob-22', 'failed', ''],
];

it('has a column for each head, and no blanks at the ends of lines', () => {
  expect(table(['job', 'state', 'why'], rows, 200)).toEqual([
    'job       state    why',
    'ftjob-1   running  a sentence that says a lot of words',
    'ftjob-22  failed',
  ]);
});

it('cuts the widest cells to the width of the terminal', () => {
  for (const line of table(['job', 'state', 'why'], rows, 40))
    expect(textWidth(line)).toBeLessThanOrEqual(40);
});

it('writes amounts for people', () => {
  expect([0, 59, 60, 3725, 90_000].map(duration)).toEqual([
    '0 s',
    '59 s',
    '1 min',
    '1 h 2 min',
    '1 d 1 h',
  ]);
  expect([12, 1500, 93_000_000].map(bytes)).toEqual(['12 bytes', '1.5 kB', '93.0 MB']);
  expect(count(228_624)).toBe('228,624');
  expect(percent(0.974)).toBe('97.4 %');
});
