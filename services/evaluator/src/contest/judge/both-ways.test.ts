import { expect, it } from 'vitest';
import { judgedBothWays } from './both-ways.ts';
import { judge } from './judge.ts';
import { asked, contestant, model, values } from './rows.fixture.ts';

const assistant = (content: string) => ({ role: 'assistant' as const, content });
const lines = [1, 2, 3, 4];
const pairs = judge({
  task: 'preference',
  rows: lines.map((line) => ({
    kind: 'preference' as const,
    line,
    messages: [{ role: 'user' as const, content: 'How?' }],
    preferred: assistant('good'),
    rejected: assistant('no'),
  })),
  train: [],
  models: [
    model(
      'base',
      lines.map(() => ({ preferred: -3, rejected: -1 })),
    ),
    model(
      'tuned',
      lines.map((line) => ({ preferred: -1, rejected: line === 3 ? -0.5 : -2 })),
    ),
  ],
  ...asked,
  samples: 2,
});
const written = judge({
  task: 'generation',
  rows: lines.map((line) => ({ line, prompt: 'How?', expected: 'good' })),
  train: [{ line: 9, prompt: 'How?', expected: 'bad' }],
  models: [
    model(
      'base',
      lines.map(() => ({ text: 'no' })),
    ),
    model(
      'few-shot',
      lines.map(() => ({ text: 'good' })),
    ),
    model(
      'tuned',
      lines.map((line) => ({ text: line === 1 ? 'no' : 'good' })),
    ),
  ],
  ...asked,
  samples: 4,
});

it('decides by the pairs, and tells beside them what was written', () => {
  const both = judgedBothWays(pairs, written);
  expect(both.headline).toBe('pair accuracy');
  expect(both.verdict).toMatch(/pair accuracy 75\.0 % against/);
  expect(both.contestants.map(({ name }) => name)).toEqual([
    ...['base', 'tuned', 'longer answer', 'few-shot', 'nearest row', 'majority', 'tf-idf'],
  ]);
  expect(values(both, 'tuned')).toMatchObject({
    'pair accuracy': 0.75,
    margin: expect.closeTo(0.625, 9),
    'exact match': 0.75,
  });
  expect(values(both, 'few-shot')).not.toHaveProperty('pair accuracy');
  expect(contestant(both, 'tuned')).toMatchObject({ loss: 1, exactMatch: { correct: 3 } });
  const told = both.comparisons.map(({ against, metric }) => [against, metric]);
  expect(told).toEqual([
    ['base', undefined],
    ['longer answer', undefined],
    ['base', 'exact match'],
    ['few-shot', 'exact match'],
    ['nearest row', 'exact match'],
    ['majority', 'exact match'],
    ['tf-idf', 'exact match'],
  ]);
});

it('shows first the pairs that the tuned model got wrong, with what it wrote', () => {
  const [first, second] = judgedBothWays(pairs, written).samples;
  expect([first?.line, second?.line]).toEqual([3, 1]);
  expect(first?.answers).toEqual({
    base: 'no\n(-3.000 against -1.000)',
    tuned: 'good\n(-1.000 against -0.5000)',
    'longer answer': '(4.000 against 2.000)',
    'few-shot': 'good',
    'nearest row': 'bad',
    majority: 'bad',
    'tf-idf': 'bad',
  });
});
