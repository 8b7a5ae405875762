import { expect, it } from 'vitest';
import { alike } from './alike.ts';

it('tells errors first, and what several rows have in common once', () => {
  const unused = (line: number) =>
    ({ line, level: 'warn', message: 'the key "YEAR" is not used' }) as const;
  const long = { line: 9, level: 'error', message: 'the row has 1148 tokens' } as const;
  const whole = { line: 0, level: 'warn', message: 'labels are written' } as const;
  const inside = { member: 'a.jsonl', line: 3, level: 'warn', message: 'is empty' } as const;
  expect(alike([...[1, 2, 3, 4, 5].map(unused), whole, long, inside])).toEqual([
    { level: 'error', text: 'line 9: the row has 1148 tokens' },
    { level: 'warn', text: 'lines 1, 2, 3 and 2 more: the key "YEAR" is not used' },
    { level: 'warn', text: 'labels are written' },
    { level: 'warn', text: 'a.jsonl: line 3: is empty' },
  ]);
});
