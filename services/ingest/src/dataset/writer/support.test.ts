import { expect, it } from 'vitest';
import { plainWords, stands, support } from './support.ts';

/** Precision of rouge_score 0.1.2's rougeL of the answer (prediction) against the quote (target). */
it.each([
  ['The quick brown dog jumps on the log.', 'The quick brown fox jumps over the lazy dog', 0.625],
  ['thirty days', 'Returns are free for thirty days.', 1],
  ['days thirty', 'Returns are free for thirty days.', 0.5],
  ['To Hamburg by ship', 'The parcel goes to Bremen', 0.25],
  ['', 'Anything', 0],
])('measures how far %j is supported by %j as the reference does', (answer, quote, precision) => {
  expect(support(plainWords(answer), plainWords(quote))).toBeCloseTo(precision, 6);
});

it('finds a quote whatever its letters, quotes and spaces look like, and no part of a word', () => {
  const source = plainWords('“Returns” are\n free – for 30 days; ﬁne.');
  expect(stands(plainWords('returns ARE free, for 30 days: fine'), source)).toBe(true);
  expect(stands(plainWords('return are'), source)).toBe(false);
  expect(stands(plainWords('free 30 days'), source)).toBe(false);
  expect(stands([], source)).toBe(false);
});
