import { expect, it } from 'vitest';
import type { TaskCase } from './cases.ts';
import { headlineTable } from './headline.ts';
import { resultKey, type TaskResult, taskTable } from './table.ts';

const one = {
  ...{
    name: 'snips',
    title: 'SNIPS, slots',
    data: 'snips',
    base: 'encoder',
    method: 'of the case',
  },
  ...{ lathe: {}, epochs: 1, rows: [10, 5] },
} as const satisfies TaskCase;
const share = (value: number) => ({ value, low: value - 0.1, high: value + 0.1, unit: 'share' });
const result = {
  ...{ model: 'minilm', method: 'a head', rows: [10, 5], seconds: 90 },
  report: {
    ...{ headline: 'span F1', verdict: '' },
    contestants: [
      { name: 'word tags', metrics: { 'span F1': share(0.4) } },
      { name: 'base', metrics: { 'span F1': share(0.5) } },
      { name: 'tuned', metrics: { 'span F1': share(0.75) } },
    ],
  },
  more: [
    {
      ...{ title: 'others', rows: 7, headline: 'right' },
      contestants: [{ name: 'tuned', metrics: { right: share(0.25) } }],
    },
  ],
} as TaskResult;

it('has a line for every case with a result, real models and built-in ones, with intervals', () => {
  const [, , ...lines] = taskTable([one, { ...one, name: 'not run' }], {
    snips: result,
    [resultKey('snips', true)]: { ...result, model: 'lathe-tiny-encoder', more: [] },
  }).split('\n');
  expect(lines).toEqual([
    '| SNIPS, slots | minilm | a head | 10, 5 | span F1 | 75.0 % (65.0 to 85.0) | word tags 40.0 % (30.0 to 50.0); base 50.0 % (40.0 to 60.0) | 1.5 |',
    '| others | minilm | a head | 10, 7 | right | 25.0 % (15.0 to 35.0) |  | the same job |',
    '| SNIPS, slots | lathe-tiny-encoder | a head | 10, 5 | span F1 | 75.0 % (65.0 to 85.0) | word tags 40.0 % (30.0 to 50.0); base 50.0 % (40.0 to 60.0) | 1.5 |',
  ]);
});

it('sets the tuned model beside its best baseline', () => {
  expect(headlineTable({ snips: result }).split('\n')[2]).toBe(
    '| entities: slots of SNIPS | minilm | a head | span F1 | base 50.0 % (40.0 to 60.0) | 75.0 % (65.0 to 85.0) |',
  );
});
