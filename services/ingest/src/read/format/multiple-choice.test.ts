import type { DataOptions } from '@lathe/contracts/http/data';
import { expect, it } from 'vitest';
import type { Reading } from '../../lesson/lesson.ts';
import { usableKinds } from '../../lesson/task-rows.ts';
import { ingestDefaults } from '../../settings.ts';
import { detectShape } from './detect.ts';
import { readAs } from './read-row.ts';

type Row = Readonly<Record<string, unknown>>;
type Asked = { readonly data?: DataOptions; readonly before?: Reading };

function detect(rows: readonly Row[], asked: Asked = {}) {
  const lines = rows.map((row, at) => ({
    number: at + 1,
    bytes: Buffer.from(JSON.stringify(row)),
  }));
  const usable = usableKinds('decoder');
  return detectShape({ lines, param: 'training_file', fits: [], usable, ...asked }, ingestDefaults);
}

/** What is answered, or what is wrong, by row. */
function answersOf(rows: readonly Row[], asked: Asked = {}): unknown[] {
  const { reading } = detect(rows, asked);
  return rows.map((row) => {
    const { row: made, issues = [] } = readAs(row, reading);
    const messages = made.messages as readonly { readonly content: string }[] | undefined;
    const wrong = issues.find(({ level }) => level === 'error');
    return wrong?.message ?? messages?.at(-1)?.content;
  });
}

const question = 'Which?';
const words = ['oak', 'elm', 'ash', 'fir'];
const asked = (answer: unknown, choices: unknown = words) => ({ question, choices, answer });

it.each<[string, readonly Row[], string, readonly string[]]>([
  ['numbers from 0', [0, 3, 1].map((at) => asked(at)), 'from_0', ['A', 'D', 'B']],
  ['numbers that leave it open, from 0', [1, 2].map((at) => asked(at)), 'from_0', ['B', 'C']],
  [
    'numbers of which the last is one too many, from 1',
    [1, 4].map((at) => asked(at)),
    'from_1',
    ['A', 'D'],
  ],
  ['numbers in texts', ['1', '4'].map((at) => asked(at)), 'from_1', ['A', 'D']],
  ['letters', ['A', '(d)', 'c.'].map((at) => asked(at)), 'label', ['A', 'D', 'C']],
  ['texts', ['elm', 'fir'].map((at) => asked(at)), 'text', ['B', 'D']],
  [
    'labels that the rows give, whatever else they could be',
    [
      { question, choices: { text: ['2', '1'], label: ['1', '2'] }, answerKey: '1' },
      { question, choices: { text: ['1', '2'], label: ['1', '2'] }, answerKey: '2' },
    ],
    'label',
    ['A', 'B'],
  ],
  [
    'PIQA',
    [1, 0].map((label) => ({ goal: 'Peel it', sol1: 'by hand', sol2: 'by foot', label })),
    'from_0',
    ['B', 'A'],
  ],
  [
    'WinoGrande',
    ['1', '2'].map((answer) => ({ sentence: 'Ann met _.', option1: 'Bo', option2: 'Al', answer })),
    'label',
    ['A', 'B'],
  ],
  [
    'MedMCQA',
    [0, 3].map((cop) => ({ question, opa: 'a', opb: 'b', opc: 'c', opd: 'd', cop })),
    'from_0',
    ['A', 'D'],
  ],
  [
    'MMLU-Pro, with the number beside the letter',
    ['B', 'D'].map((answer) => ({
      ...{ question_id: 7, question, options: words, answer },
      ...{ answer_index: answer === 'B' ? 1 : 3, category: 'trees', src: 'x' },
    })),
    'label',
    ['B', 'D'],
  ],
])('understands %s', (_, rows, answers, right) => {
  expect(detect(rows).detection).toMatchObject({ format: 'multiple-choice', answers });
  expect(answersOf(rows)).toEqual(right);
});

const numbers = ['1', '2', '3', '0'];
const open = [1, 2, 0].map((at) => asked(String(at), numbers));

it('is not sure of answers that are a place and the text of another choice, and does what the job says', () => {
  expect(() => detect(open)).toThrow(
    /it is not sure what they are: multiple-choice \(.*"answer" as answer, which is the number of the right choice, the first of which is 0; 100 %\); multiple-choice \(.*which is the text of the right choice; 100 %\)/,
  );
  expect(() => detect(open)).toThrow('"answer":"answer"},"choice_answers":"from_0"}');
  const by = (choice_answers: NonNullable<DataOptions['choice_answers']>) =>
    answersOf(open, { data: { choice_answers } });
  expect(by('from_0')).toEqual(['B', 'C', 'A']);
  expect(by('text')).toEqual(['A', 'B', 'D']);
  expect(by('from_1')).toEqual([
    'A',
    'B',
    'answer is "0", and the choices have the numbers 1 to 4',
  ]);
});

it('takes numbers beside a text for no choices', () => {
  const rows = [0, 1, 0].map((label) => ({ sentence: `it is ${label}`, a: 0.5, b: 1, label }));
  expect(detect(rows).detection).toMatchObject({ format: 'labels', unused: ['a', 'b'] });
});

it('counts in a validation file as in the training file', () => {
  const { reading } = detect([asked(1), asked(4)]);
  expect(answersOf([asked(1), asked(2)], reading && { before: reading })).toEqual(['A', 'B']);
});

it('reads columns that the job names', () => {
  const rows = [{ q: 'Why?', kinds: words, key: 'B' }];
  const columns = { question: 'q', choices: 'kinds', answer: 'key' };
  expect(answersOf(rows, { data: { columns } })).toEqual(['B']);
  expect(detect(rows, { data: { columns } }).detection).toMatchObject({ isAsked: true, columns });
});
