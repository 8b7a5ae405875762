import { evaluationReportSchema } from '@lathe/contracts/artifact/report';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type JudgeInput, judge } from './judge.ts';
import { asked, model } from './rows.fixture.ts';
import type { TaskData, TaskName } from './task-contest.ts';

const turn = [{ role: 'user' as const, content: 'How?' }];
const says = (content: string) => ({ role: 'assistant' as const, content });
const labelled = (line: number, label: string | string[] | number[]) => ({
  kind: 'labelled' as const,
  ...{ line, text: `text ${line}`, label },
});

/** Kinds of rows, and answers to them from the least to the most: few values, so that many are the same. */
type Kind<Task extends TaskName> = {
  readonly task: Task;
  row(line: number, value: number): TaskData[Task]['row'];
  answer(value: number): TaskData[Task]['answer'];
};
const kind = <Task extends TaskName>(each: Kind<Task>) => each;
const labels = ['no', 'so', 'yes'] as const;
const labelAt = (value: number) => labels[value] ?? 'no';

const kinds = [
  kind({
    task: 'classification',
    row: (line, value) => labelled(line, labelAt(value)),
    answer: (value) => ({
      answer: labelAt(value),
      probabilities: labels.map((_, at) => +(at === value)),
    }),
  }),
  kind({
    task: 'classification',
    row: (line, value) => labelled(line, labels.slice(0, value)),
    answer: (value) => ({ answer: labels.slice(0, value), probabilities: [] }),
  }),
  kind({
    task: 'classification',
    row: (line, value) => labelled(line, [value]),
    answer: (value) => ({ answer: [value], probabilities: [] }),
  }),
  kind({
    task: 'token-classification',
    row: (line, value) => ({
      ...{ kind: 'tagged', line, text: 'a b' },
      words: [
        [0, 1],
        [2, 3],
      ],
      tags: value === 0 ? ['O', 'O'] : ['B-X', value === 1 ? 'O' : 'I-X'],
    }),
    answer: (value) => (value === 0 ? ['O', 'O'] : ['B-X', value === 1 ? 'O' : 'I-X']),
  }),
  kind({
    task: 'question-answering',
    row: (line, value) => ({
      ...{ kind: 'question', line, id: `${line}`, question: 'Which?', context: 'no so yes' },
      answers: value === 0 ? [] : [{ text: labelAt(value), start: value === 1 ? 3 : 6 }],
    }),
    answer: (value) => ({ text: value === 0 ? '' : labelAt(value), noAnswer: 1 - value }),
  }),
  kind({
    task: 'embedding',
    row: (line, value) => ({
      kind: 'related',
      line,
      texts: ['a', 'b', 'c'].slice(0, 2 + (value % 2)),
    }),
    answer: (value) => ({ place: value + 1, isCloser: value === 0, similarity: value / 2 }),
  }),
  kind({
    task: 'embedding',
    row: (line, value) => ({ kind: 'related', line, texts: ['a', 'b'], score: value }),
    answer: (value) => ({ place: null, isCloser: null, similarity: value / 2 }),
  }),
  kind({
    task: 'masked-lm',
    row: (line) => ({ kind: 'text', line, part: 0, text: `text ${line}` }),
    answer: (value) => ({ loss: value, tokens: value }),
  }),
  kind({
    task: 'reward',
    row: (line) => ({
      ...{ kind: 'preference', line, messages: turn },
      ...{ preferred: says('good'), rejected: says('no') },
    }),
    answer: (value) => ({ preferred: value, rejected: 1 }),
  }),
  kind({
    task: 'reward',
    row: (line, value) => labelled(line, [value]),
    answer: (value) => value,
  }),
  kind({
    task: 'preference',
    row: (line) => ({
      ...{ kind: 'preference', line, messages: turn },
      ...{ preferred: says('good'), rejected: says('no') },
    }),
    answer: (value) => ({ preferred: value, rejected: 1 }),
  }),
  kind({
    task: 'judged',
    row: (line, value) => ({
      ...{ kind: 'judged', line, messages: turn },
      ...{ answer: says(labelAt(value)), label: value > 0 },
    }),
    answer: (value) => value,
  }),
  kind({
    task: 'generation',
    row: (line, value) => ({ line, prompt: 'How?', expected: labelAt(value) }),
    answer: (value) => ({ text: labelAt(value) }),
  }),
];

const value = fc.integer({ min: 0, max: 2 });
const about = {
  ...{ version: 2, jobId: 'ftjob-1', fineTunedModel: 'ft:a', baseModel: 'a' },
  ...{ heldOutSource: 'split', sampled: false },
} as const;

it('tells finite numbers alone of any few rows, so that every report can be read again', () => {
  const cases = fc.tuple(
    fc.constantFrom(...kinds),
    fc
      .integer({ min: 0, max: 7 })
      .chain((rows) =>
        fc.tuple(...Array.from({ length: rows }, () => fc.tuple(value, value, value))),
      ),
    fc.constantFrom(0, 3),
  );
  fc.assert(
    fc.property(cases, ([{ task, row, answer }, values, trained]) => {
      const rows = values.map(([own], at) => row(at + 1, own));
      const input = {
        ...{ task, rows, train: rows.slice(0, trained) },
        models: [
          model(
            'base',
            values.map(([, base]) => answer(base)),
          ),
          model(
            'tuned',
            values.map(([, , tuned]) => answer(tuned)),
          ),
        ],
        ...asked,
      } as JudgeInput;
      const report = { ...about, rows: rows.length, warnings: [], ...judge(input) };
      const read = evaluationReportSchema.parse(JSON.parse(JSON.stringify(report)));
      expect(read.contestants.length).toBeGreaterThanOrEqual(2);
    }),
    { numRuns: 200 },
  );
});
