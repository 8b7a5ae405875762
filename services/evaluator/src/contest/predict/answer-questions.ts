import type { Asked } from '@lathe/contracts/message/prediction';
import { askTexts } from '../../models/ask-model.ts';
import type { ServedModel } from '../../models/models.ts';
import type { Texts } from '../../texts/texts.ts';
import type { TaskData } from '../judge/task-contest.ts';
import type { RowsOf } from './answer-rows.ts';
import { type AskPorts, mostTokens } from './ask-tokens.ts';

/** Contexts whose answers are looked for at a time. */
const rowsAtOnce = 16;

/**
 * The likeliest part of each context, and by how much "no answer" is likelier; where every question has an answer, none is what
 * nobody asks for.
 */
export async function answerQuestions(
  model: ServedModel,
  rows: RowsOf<'question-answering'>,
  ports: AskPorts & { readonly texts: Texts },
): Promise<TaskData['question-answering']['answer'][]> {
  const impossible = rows.some(({ row }) => row.answers.length === 0);
  const answers: TaskData['question-answering']['answer'][] = [];
  const { signal } = ports;
  const options = { project: '', signal, urgency: 'evaluation', tokensAtOnce: mostTokens } as const;
  for (let from = 0; from < rows.length; from += rowsAtOnce) {
    const asked = questionFor(rows.slice(from, from + rowsAtOnce), impossible);
    for (const told of await askTexts(ports, { model, asked }, options)) {
      const spans = told as readonly { readonly answer: string; readonly score: number }[];
      const best = spans.find(({ answer }) => answer !== '');
      const nothing = spans.find(({ answer }) => answer === '')?.score ?? 0;
      const score = best?.score ?? 0;
      answers.push({ text: best?.answer ?? '', noAnswer: impossible ? nothing - score : 0 });
    }
    ports.onAnswer(answers.length, rows.length);
  }
  return answers;
}

/** With what transformers takes where nothing is said. */
function questionFor(rows: RowsOf<'question-answering'>, impossible: boolean): Asked {
  return {
    kind: 'question-answering',
    inputs: rows.map(({ row: { question, context } }) => ({ question, context })),
    // The best part, and "no answer" however much worse that is.
    topK: impossible ? 1000 : 1,
    docStride: null,
    maxAnswerLen: 30,
    maxSeqLen: null,
    maxQuestionLen: null,
    impossible,
    alignToWords: true,
  };
}
