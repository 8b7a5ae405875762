import type { Judging } from '@lathe/contracts/http/eval-run';
import { expect, it } from 'vitest';
import { addJudged } from './judging.ts';

it('counts outcomes of pairs, and labels of judges and people, whatever they are called', () => {
  const rows = [
    { label: 'answer', orders: ['answer', 'answer'], human: 'answer' },
    { label: 'tie', orders: ['answer', 'other'], human: '__proto__' },
    { label: 'tie', orders: ['tie', 'tie'], human: null },
    { label: 'other', orders: ['other', 'other'], human: 'answer' },
  ] as const;
  const judging = rows.reduce<Judging | undefined>(addJudged, undefined);
  expect(judging?.pairs).toEqual({ answer: 1, other: 1, tie: 2, consistent: 3 });
  expect(judging?.human).toEqual([
    { label: '__proto__', judge: 0, person: 1, both: 0 },
    { label: 'answer', judge: 1, person: 2, both: 1 },
    { label: 'other', judge: 1, person: 0, both: 0 },
    { label: 'tie', judge: 1, person: 0, both: 0 },
  ]);
});

it('keeps no pairs of a judge of one answer', () => {
  expect(addJudged(undefined, { label: 'polite', human: null })).toEqual({});
});
