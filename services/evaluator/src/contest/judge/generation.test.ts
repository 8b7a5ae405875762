import { expect, it } from 'vitest';
import { judge } from './judge.ts';
import { asked, contestant, model, values } from './rows.fixture.ts';

const rowsOf = (expected: readonly string[]) =>
  expected.map((each, at) => ({ line: at + 1, prompt: `question ${at}`, expected: each }));
const judged = (
  expected: readonly string[],
  answers: readonly string[],
  train: readonly string[] = expected,
) =>
  judge({
    task: 'generation',
    rows: rowsOf(expected),
    train: rowsOf(train),
    models: [
      model(
        'tuned',
        answers.map((text) => ({ text })),
      ),
    ],
    ...asked,
  });

it('takes short answers of few kinds for labels', () => {
  const judgement = judged(['yes', 'no', 'yes', 'no'], [' yes\n', 'no', 'maybe', 'no']);
  expect(judgement.headline).toBe('exact match');
  expect(values(judgement, 'tuned')).toEqual({
    'exact match': 0.75,
    'macro F1': expect.closeTo((2 / 3 + 1) / 2, 9),
    'weighted F1': expect.closeTo((2 / 3 + 1) / 2, 9),
  });
  expect(contestant(judgement, 'tuned').exactMatch).toMatchObject({ correct: 3, total: 4 });
  expect(judgement.labels?.perLabel.map(({ label }) => label)).toEqual(['no', 'yes']);
  expect(judgement.samples[0]).toEqual({
    line: 3,
    prompt: 'question 2',
    expected: 'yes',
    answers: { tuned: 'maybe', 'nearest row': 'yes', majority: 'no', 'tf-idf': 'yes' },
    right: ['nearest row', 'tf-idf'],
  });
});

it('averages over the labels that a draw of rows has: where all answers are right, none is less than whole', () => {
  const many = Array.from({ length: 24 }, (_, at) => `label ${Math.floor(at / 2)}`);
  const { metrics } = contestant(judged(many, many), 'tuned');
  // Wilson's interval of 24 of 24, which is taken where all draws are whole.
  const low = expect.closeTo(24 / (24 + 1.96 ** 2), 4);
  expect(metrics['macro F1']).toMatchObject({ value: 1, low, high: 1 });
});

it('takes short answers of many kinds as they are', () => {
  const judgement = judged(['Ann', 'Bob', 'Cid'], ['Ann', 'Bob', 'Dan'], []);
  expect(values(judgement, 'tuned')).toEqual({ 'exact match': expect.closeTo(2 / 3, 9) });
});

it('compares the numbers that answers end in', () => {
  const judgement = judged(['1 + 1 = 2\n#### 2', 'so\n#### 1,000'], ['It is 2.', '#### 100']);
  expect(judgement.headline).toBe('number match');
  expect(values(judgement, 'tuned')).toEqual({ 'number match': 0.5, 'exact match': 0 });
});

it('compares fields of JSON', () => {
  const judgement = judged(['{"a": 1, "b": 2}', '[1]'], ['{"b":2,"a":3}', 'one']);
  expect(judgement.headline).toBe('equal fields');
  expect(values(judgement, 'tuned')).toEqual({
    'valid JSON': 0.5,
    'right shape': 0.5,
    'equal JSON': 0,
    'equal fields': 0.25,
    'exact match': 0,
  });
});

it('compares longer texts by their words', () => {
  const long = 'The quick brown fox jumps over the lazy dog';
  const judgement = judged([long], ['The quick brown dog jumps on the log.']);
  expect(judgement.headline).toBe('ROUGE-L');
  expect(values(judgement, 'tuned')).toMatchObject({
    'ROUGE-1': expect.closeTo(0.705882, 6),
    'ROUGE-2': expect.closeTo(0.266667, 6),
    'ROUGE-L': expect.closeTo(0.588235, 6),
    'exact match': 0,
  });
  expect(Object.keys(values(judgement, 'tuned'))).toContain('chrF++');
  expect(values(judgement, 'nearest row')).toMatchObject({
    'ROUGE-L': 1,
    BLEU: expect.closeTo(100, 9),
  });
});

it('leaves room in a share by the rows that expect calls, not by all', () => {
  const rows = Array.from({ length: 40 }, (_, at) => ({
    ...{ line: at + 1, prompt: `question ${at}`, hasCalls: at % 2 === 0 },
    expected: at % 2 === 0 ? 'f({})' : 'no',
  }));
  const models = [
    model(
      'tuned',
      Array.from(rows, () => ({ text: '', isRight: true })),
    ),
  ];
  const { metrics } = contestant(
    judge({ task: 'generation', rows, train: rows, models, ...asked }),
    'tuned',
  );
  // Wilson's intervals of 20 of 20 and of 40 of 40.
  const wholeOf = (count: number) => expect.closeTo(count / (count + 1.96 ** 2), 4);
  expect(metrics['right calls']).toMatchObject({ value: 1, low: wholeOf(20), high: 1 });
  expect(metrics['exact match']).toMatchObject({ value: 1, low: wholeOf(40), high: 1 });
});

it('leaves room in a difference that is the same on every row', () => {
  const expected = Array.from({ length: 20 }, (_, at) => JSON.stringify({ at }));
  const said = (name: 'tuned' | 'base', text: (at: number) => string) =>
    model(
      name,
      expected.map((_, at) => ({ text: text(at) })),
    );
  const models = [said('tuned', (at) => JSON.stringify({ at })), said('base', () => 'no')];
  const rows = rowsOf(expected);
  const { changes, comparisons } = judge({
    ...{ task: 'generation', rows, train: rows, models },
    ...asked,
  });
  const allWon = { difference: 1, low: expect.closeTo(0.7721, 4), high: 1, verdict: 'improved' };
  expect(changes?.find(({ name }) => name === 'valid JSON')).toMatchObject(allWon);
  expect(comparisons.find(({ against }) => against === 'base')).toMatchObject(allWon);
});

it('takes calls of tools for right by what they say, and texts between them by their words', () => {
  const rows = [true, true, false].map((hasCalls, at) => ({
    line: at + 1,
    prompt: `question ${at}`,
    expected: hasCalls ? 'f({})' : 'no',
    hasCalls,
  }));
  const answers = [
    { text: '<call>f</call>', isRight: true },
    { text: 'f({})', isRight: false },
    { text: 'no', isRight: true },
  ];
  const models = [model('tuned', answers)];
  const judgement = judge({ task: 'generation', rows, train: rows, models, ...asked });
  expect(judgement.headline).toBe('right calls');
  expect(values(judgement, 'tuned')).toEqual({
    'right calls': 0.5,
    'exact match': expect.closeTo(2 / 3, 9),
  });
  expect(judgement.samples[0]).toEqual({
    line: 2,
    prompt: 'question 1',
    expected: 'f({})',
    answers: { tuned: 'f({})', 'nearest row': 'f({})' },
    right: ['nearest row'],
  });
});
