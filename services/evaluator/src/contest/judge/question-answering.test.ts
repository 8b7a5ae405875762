import { expect, it } from 'vitest';
import { judge } from './judge.ts';
import { asked, model, values } from './rows.fixture.ts';

const context = 'The tower was built by Gustave Eiffel. It is iron.';
const row = (line: number, question: string, answers: string[]) => ({
  kind: 'question' as const,
  line,
  id: String(line),
  question,
  context,
  answers: answers.map((text) => ({ text, start: context.indexOf(text) })),
});

it('scores as SQuAD, with its best threshold where some questions have no answer', () => {
  const rows = [row(1, 'Who built it?', ['Gustave Eiffel']), row(2, 'Who owns it?', [])];
  const tuned = [
    { text: 'Eiffel', noAnswer: -0.3 },
    { text: 'iron', noAnswer: 0.4 },
  ];
  const input = { task: 'question-answering', train: [], ...asked } as const;
  const judgement = judge({ ...input, rows, models: [model('tuned', tuned)] });
  expect(values(judgement, 'tuned')).toEqual({
    'exact match': 0.5,
    F1: expect.closeTo(5 / 6, 9),
    'best exact match': 0.5,
    'best F1': expect.closeTo(5 / 6, 9),
  });
  expect(judgement.contestants.map(({ name }) => name)).toEqual(['tuned', 'best sentence']);
  const without = judge({
    ...input,
    rows: rows.slice(0, 1),
    models: [model('tuned', tuned.slice(0, 1))],
  });
  expect(Object.keys(values(without, 'tuned'))).toEqual(['exact match', 'F1']);
});
