import { expect, it } from 'vitest';
import { judge } from './judge.ts';
import { asked, contestant, model, values } from './rows.fixture.ts';

const row = (line: number, tags: string[], text = 'Ann met Bob') => {
  let start = 0;
  const words = text.split(' ').map((word): [number, number] => {
    const at = start;
    start += word.length + 1;
    return [at, at + word.length];
  });
  return { kind: 'tagged' as const, line, text, words, tags };
};

it('scores spans, lenient and strict, beside the most frequent tag of each word', () => {
  const rows = [row(1, ['B-PER', 'O', 'B-PER']), row(2, ['B-PER', 'I-PER', 'O'])];
  const tuned = [
    ['B-PER', 'O', 'I-PER'],
    ['B-PER', 'I-PER', 'O'],
  ];
  const train = [row(3, ['B-PER', 'O', 'B-PER'])];
  const judgement = judge({
    task: 'token-classification',
    rows,
    train,
    models: [model('tuned', tuned)],
    ...asked,
  });
  expect(judgement.headline).toBe('span F1');
  expect(values(judgement, 'tuned')).toEqual({
    'span F1': 1,
    'span F1, strict': expect.closeTo(0.8, 9),
    'accuracy of tags': expect.closeTo(5 / 6, 9),
  });
  expect(values(judgement, 'word tags')['span F1']).toBeCloseTo(4 / 7, 9);
  expect(contestant(judgement, 'tuned').exactMatch).toMatchObject({ correct: 1, total: 2 });
  expect(judgement.labels?.perLabel).toEqual([
    { label: 'PER', precision: 1, recall: 1, f1: 1, support: 3 },
  ]);
  expect(judgement.samples[0]).toMatchObject({ line: 1, expected: 'Ann/B-PER met Bob/B-PER' });
});

it('scores tags that are of no scheme one by one', () => {
  const rows = [row(1, ['Noun', 'Verb', 'Noun'])];
  const judgement = judge({
    task: 'token-classification',
    rows,
    train: [],
    models: [model('tuned', [['Noun', 'Noun', 'Noun']])],
    ...asked,
  });
  expect(values(judgement, 'tuned')).toEqual({ 'accuracy of tags': expect.closeTo(2 / 3, 9) });
});

it('leaves room in an F1 by the rows with spans, not by all', () => {
  const rows = Array.from({ length: 40 }, (_, at) =>
    row(at + 1, at % 2 === 0 ? ['B-PER', 'O', 'O'] : ['O', 'O', 'O']),
  );
  const models = [
    model(
      'tuned',
      rows.map(({ tags }) => tags),
    ),
  ];
  const judgement = judge({ task: 'token-classification', rows, train: [], models, ...asked });
  const { metrics } = contestant(judgement, 'tuned');
  // Wilson's intervals of 20 of 20 and of 40 of 40.
  const wholeOf = (count: number) => expect.closeTo(count / (count + 1.96 ** 2), 4);
  for (const name of ['span F1', 'span F1, strict'])
    expect(metrics[name]).toMatchObject({ value: 1, low: wholeOf(20), high: 1 });
  expect(metrics['accuracy of tags']).toMatchObject({ value: 1, low: wholeOf(40), high: 1 });
});
