import { bestSentence } from '@lathe/scoring/baseline/best-sentence';
import {
  type AnsweredQuestion,
  bestThreshold,
  questionScore,
} from '@lathe/scoring/question-answering';
import { lengthSlice, meanOf, pick } from './row-metrics.ts';
import type { ContestData, ContestOf, NamedMetric, TaskData } from './task-contest.ts';

type Answer = TaskData['question-answering']['answer'];
type Row = TaskData['question-answering']['row'];

/** Questions whose answer stands in a context, as SQuAD scores them; 2.0 where some have none. */
export function questionAnsweringContest({
  rows,
}: ContestData<'question-answering'>): ContestOf<'question-answering'> {
  const hasAnswerless = rows.some(({ answers }) => answers.length === 0);
  const scored = (name: 'exact' | 'f1'): NamedMetric<Answer> => ({
    unit: 'share',
    of: (answers) => meanOf(rows.map((row, at) => questionScore(decided(row, answers[at]))[name])),
  });
  const best = (name: 'exact' | 'f1'): NamedMetric<Answer> => ({
    unit: 'share',
    of: (answers) => {
      const questions = rows.map((row, at) => asked(row, answers[at]));
      const scores = questions.map((question) => questionScore(question)[name]);
      return (draw) => bestThreshold(pick(questions, draw), pick(scores, draw)).score;
    },
  });
  return {
    headline: 'F1',
    isRate: false,
    metrics: {
      'exact match': scored('exact'),
      F1: scored('f1'),
      ...(hasAnswerless ? { 'best exact match': best('exact'), 'best F1': best('f1') } : {}),
    },
    baselines: () => [
      {
        name: 'best sentence',
        answers: rows.map(({ context, question }) => ({
          text: bestSentence(context, question),
          noAnswer: 0,
        })),
      },
    ],
    isRight: (row, answer) => questionScore(decided(row, answer)).exact === 1,
    slices: ({ question, context, answers }) => [
      `questions with ${(question.match(/\b(?:who|what|when|where|which|why|how)\b/i)?.[0] ?? 'another word').toLowerCase()}`,
      lengthSlice('contexts', context),
      ...(hasAnswerless ? [answers.length === 0 ? 'without an answer' : 'with an answer'] : []),
    ],
    show: ({ question, answers }) => ({
      prompt: question,
      expected: [...new Set(answers.map(({ text }) => text))].join(' | '),
    }),
    tell: ({ text, noAnswer }) => (noAnswer > 0 ? '' : text),
  };
}

function asked({ answers }: Row, answer: Answer | undefined): AnsweredQuestion {
  return {
    golds: answers.map(({ text }) => text),
    predicted: answer?.text ?? '',
    noAnswer: answer?.noAnswer ?? 0,
  };
}

/** None is answered where that is likelier than the best part of the context. */
function decided(row: Row, answer: Answer | undefined): AnsweredQuestion {
  const question = asked(row, answer);
  return (question.noAnswer ?? 0) > 0 ? { ...question, predicted: '' } : question;
}
