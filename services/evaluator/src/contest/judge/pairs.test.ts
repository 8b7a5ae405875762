import { expect, it } from 'vitest';
import { judge } from './judge.ts';
import { asked, model, values } from './rows.fixture.ts';

const assistant = (content: string) => ({ role: 'assistant' as const, content });
const rows = ['good', 'fine', 'x'].map((text, at) => ({
  kind: 'preference' as const,
  line: at + 1,
  messages: [{ role: 'user' as const, content: 'How?' }],
  preferred: assistant(text),
  rejected: assistant('no'),
}));
const scores = [
  { preferred: 2, rejected: 1 },
  { preferred: 1, rejected: 1 },
  { preferred: 3, rejected: 0 },
];

it.each(['preference', 'reward'] as const)(
  'scores pairs of %s beside the longer answer',
  (task) => {
    const input = { rows, train: [], models: [model('tuned', scores)], ...asked };
    const judgement = judge({ task, ...input });
    expect(values(judgement, 'tuned')).toEqual({
      'pair accuracy': expect.closeTo(2 / 3, 9),
      margin: expect.closeTo(4 / 3, 9),
    });
    expect(values(judgement, 'longer answer')).toMatchObject({
      'pair accuracy': expect.closeTo(2 / 3, 9),
    });
    expect(judgement.comparisons[0]).toMatchObject({ against: 'longer answer', pValue: 1 });
  },
);

it('scores rewards of texts with a number by their order', () => {
  const texts = [1, 2, 3].map((value) => ({
    kind: 'labelled' as const,
    line: value,
    text: 'text',
    label: [value],
  }));
  const models = [model('tuned', [0.1, 0.3, 0.2])];
  const judgement = judge({ task: 'reward', rows: texts, train: [], models, ...asked });
  expect(values(judgement, 'tuned')).toEqual({
    Spearman: expect.closeTo(0.5, 9),
    Pearson: expect.closeTo(0.5, 9),
  });
  expect(judgement.verdict).toBe('');
});

it('tells good single answers from bad ones by their rewards', () => {
  const judged = ['good', 'fine', 'no', 'never'].map((text, at) => ({
    kind: 'judged' as const,
    line: at + 1,
    messages: [{ role: 'user' as const, content: 'How?' }],
    answer: assistant(text),
    label: at < 2,
  }));
  const models = [model('base', [0, 0, 0, 0]), model('tuned', [3, -1, -2, 0])];
  const judgement = judge({ task: 'judged', rows: judged, train: [], models, ...asked });
  expect(judgement.headline).toBe('AUC');
  expect(values(judgement, 'tuned')).toEqual({
    AUC: 0.75,
    'reward of good answers': 1,
    'reward of bad answers': -1,
  });
  expect(values(judgement, 'base')).toMatchObject({ AUC: 0.5 });
  expect(values(judgement, 'longer answer')).toMatchObject({ AUC: 0.5 });
  expect(judgement.verdict).toContain('AUC 0.750 against 0.500');
  expect(judgement.samples[0]).toMatchObject({
    expected: 'good\nis a good answer',
    answers: { tuned: 'reward 3.000' },
  });
});
