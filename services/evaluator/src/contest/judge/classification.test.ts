import type { LabelAnswer } from '@lathe/scoring/baseline/label-model';
import { describe, expect, it } from 'vitest';
import { judge } from './judge.ts';
import { asked, contestant, model, values } from './rows.fixture.ts';

const colours = ['red', 'green', 'blue'];
const row = (line: number, text: string, label: string | string[] | number[]) => ({
  kind: 'labelled' as const,
  line,
  text,
  label,
});
const rows = Array.from({ length: 30 }, (_, at) =>
  row(at + 1, `the ${colours[at % 3]} thing number ${at}`, colours[at % 3] as string),
);
const train = rows.map((each) => ({ ...each, text: `a ${each.label} one` }));
const answer = (label: string): LabelAnswer => ({
  answer: label,
  probabilities: ['blue', 'green', 'red'].map((each) => (each === label ? 0.8 : 0.1)),
});

describe('one label a text', () => {
  const tuned = rows.map(({ label }, at) => answer(at < 6 ? 'red' : (label as string)));
  const input = {
    task: 'classification',
    rows,
    train,
    models: [model('tuned', tuned)],
    ...asked,
  } as const;
  const judgement = judge(input);

  it('has the baselines, every metric with its interval, and the confusion matrix', () => {
    expect(judgement.contestants.map(({ name }) => name)).toEqual(['tuned', 'majority', 'tf-idf']);
    expect(contestant(judgement, 'tuned').exactMatch).toMatchObject({ correct: 26, total: 30 });
    const { accuracy, ECE } = contestant(judgement, 'tuned').metrics;
    expect(accuracy).toMatchObject({
      value: 26 / 30,
      low: expect.closeTo(0.703, 3),
      unit: 'share',
    });
    expect(ECE?.value).toBeCloseTo(26 / 30 - 0.8, 9);
    expect(Object.keys(values(judgement, 'tf-idf'))).toEqual([
      'accuracy',
      'macro F1',
      'weighted F1',
      'MCC',
      'ECE',
      'Brier',
      'log loss',
    ]);
    expect(values(judgement, 'majority')).toMatchObject({ accuracy: 1 / 3, MCC: 0 });
    expect(judgement.labels?.matrix).toEqual({
      names: ['blue', 'green', 'red'],
      counts: [
        [8, 0, 2],
        [0, 8, 2],
        [0, 0, 10],
      ],
    });
  });

  it('says first that the classical baseline is better', () => {
    expect(judgement.headline).toBe('accuracy');
    expect(judgement.verdict).toBe(
      "Don't fine-tune for this yet: the tuned model is no better than tf-idf, the best way without tuning: accuracy 86.7 % against 100.0 % (p = 0.125).",
    );
    const worse = judge({
      ...input,
      models: [
        model(
          'tuned',
          rows.map(() => answer('red')),
        ),
      ],
    });
    expect(worse.verdict).toMatch(
      /^Don't fine-tune for this: the tuned model loses to tf-idf, the best way without tuning: accuracy 33\.3 %/,
    );
  });

  it('shows wrong rows before right ones, and where it is worst', () => {
    const wrong = judgement.samples.map(({ line, expected, answers }) => [
      line,
      expected,
      answers.tuned,
    ]);
    expect(wrong).toEqual([
      [2, 'green', 'red'],
      [3, 'blue', 'red'],
      [5, 'green', 'red'],
    ]);
    expect(judgement.slices[0]).toEqual({ slice: 'label green', rows: 10, value: 0.8 });
  });

  it('learns from vectors of the base model, where it has them', () => {
    const place = (label: unknown) =>
      Float32Array.from(colours, (each) => (each === label ? 1 : 0));
    const vectors = {
      train: train.map(({ label }) => place(label)),
      rows: rows.map(({ label }) => place(label)),
    };
    const with_ = judge({ ...input, vectors });
    expect(values(with_, 'nearest vectors')).toMatchObject({ accuracy: 1 });
    expect(values(with_, 'nearest vectors')).not.toHaveProperty('ECE');
    expect(values(with_, 'vectors')).toMatchObject({ accuracy: 1 });
  });
});

it('scores texts with several labels', () => {
  const several = [
    row(1, 'red and blue', ['red', 'blue']),
    row(2, 'red', ['red']),
    row(3, 'x', []),
  ];
  const given = [['blue', 'red'], ['red', 'blue'], []].map((labels) => ({
    answer: labels,
    probabilities: [],
  }));
  const judgement = judge({
    task: 'classification',
    rows: several,
    train: several,
    models: [model('tuned', given)],
    ...asked,
  });
  expect(judgement.headline).toBe('micro F1');
  expect(values(judgement, 'tuned')).toEqual({
    'micro F1': expect.closeTo(6 / 7, 9),
    'macro F1': expect.closeTo((1 + 2 / 3) / 2, 9),
    'subset accuracy': expect.closeTo(2 / 3, 9),
  });
  expect(contestant(judgement, 'tuned').exactMatch).toMatchObject({ correct: 2, total: 3 });
});

it('scores numbers, which are never right or wrong', () => {
  const numbers = [1, 2, 3, 4].map((value) => row(value, `text ${value}`, [value]));
  const models = [
    model(
      'tuned',
      [2, 3, 4, 5].map((each) => ({ answer: [each], probabilities: [] })),
    ),
  ];
  const judgement = judge({
    task: 'classification',
    rows: numbers,
    train: numbers,
    models,
    ...asked,
  });
  expect(judgement.headline).toBe('RMSE');
  expect(values(judgement, 'tuned')).toEqual({
    RMSE: 1,
    MAE: 1,
    Pearson: expect.closeTo(1, 9),
    Spearman: expect.closeTo(1, 9),
  });
  expect(contestant(judgement, 'tuned').exactMatch.total).toBe(0);
  expect(judgement.comparisons.map(({ against }) => against)).toEqual(['majority', 'tf-idf']);
});
