import { expect, it } from 'vitest';
import { parseStat } from './process-stat.ts';

it('reads times out of a line of /proc, whatever the name of the program', () => {
  const stat = '42 (a ) b) S 7 42 42 0 -1 4194304 1 2 3 4 150 50 300 100 20 0 11 0 5 6 7';
  expect(parseStat(stat)).toEqual({ parent: 7, own: 2, ended: 4 });
});
