import { isObject } from '../../check/validate-message.ts';
import { renamed } from './chat.ts';
import { columnOf, type Format } from './format.ts';
import { isText, unpacked } from './said.ts';

/** SQuAD's questions in flat rows: each with its context, and its answers with their places. */
export const squad: Format = {
  kind: 'question',
  usual: {
    question: ['question'],
    context: ['context'],
    answers: ['answers'],
    impossible: ['is_impossible'],
  },
  holds: { question: isText, context: isText, answers: isAnswers },
  convert(row, { columns }) {
    const answers = columnOf(columns, 'answers') ?? 'answers';
    const made = renamed(row, [
      ['question', columnOf(columns, 'question')],
      ['context', columnOf(columns, 'context')],
      ['answers', answers],
      ['is_impossible', columnOf(columns, 'impossible')],
    ]);
    const unpackedAnswers = answers in row ? { answers: unpacked(row[answers]) } : {};
    return { ...made, row: { ...made.row, ...unpackedAnswers } };
  },
};

function isAnswers(value: unknown): boolean {
  const answers = unpacked(value);
  return Array.isArray(answers) || (isObject(answers) && 'text' in answers);
}
