import { answerPlaces } from '@lathe/tokenizer/word-places';
import {
  checkRowKeys,
  checkText,
  fail,
  isBlank,
  isObject,
  type Report,
} from '../check/validate-message.ts';
import { normalisedPrompt } from '../plain-prompt.ts';
import type { RowKind, RowOf } from './row-kind.ts';

type Answer = RowOf<'question'>['answers'][number];

/** Questions with a context that holds their answers, or none, as SQuAD has them. */
export const question: RowKind<RowOf<'question'>> = {
  check(row, _, report) {
    for (const name of ['question', 'context'] as const) {
      if (!(name in row)) fail(report, name, 'missing', `"${name}" is missing`);
      else checkText(row[name], name, report);
      if (isBlank(row[name])) fail(report, name, 'empty', `${name} must not be empty`);
    }
    if (row.answers == null && row.is_impossible !== true)
      fail(report, 'answers', 'missing', '"answers" is missing');
    else if (typeof row.context === 'string') checkAnswers(row.answers, row.context, report);
    if (row.is_impossible === true && areSome(row.answers))
      fail(
        report,
        'is_impossible',
        'impossible',
        'is_impossible says that there is no answer, and answers has one',
      );
    checkRowKeys(row, ['id', 'question', 'context', 'answers', 'title', 'is_impossible'], report);
  },
  convert(row, _, line) {
    const { id, context } = row;
    const placeOf = answerPlaces(context as string);
    const answers = answersIn(row.answers).map(({ text, start }) => ({
      text: text as string,
      start: placeOf(text as string, start as number) ?? 0,
    }));
    return {
      kind: 'question',
      line,
      id: typeof id === 'string' || typeof id === 'number' ? String(id) : String(line),
      question: row.question as string,
      context: context as string,
      answers,
    };
  },
  promptOf: ({ question, context }) => `${question}\n${context}`,
  // Questions of one context tell of each other.
  groupOf: ({ context }) => normalisedPrompt(context),
  answerOf: ({ answers }) => answers.map(({ text }: Answer) => text).join('\n'),
};

function checkAnswers(answers: unknown, context: string, report: Report): void {
  if (answers == null) return;
  if (isObject(answers) && !haveOneLength(answers)) {
    fail(
      report,
      'answers',
      'length',
      'answers must have the lists "text" and "answer_start", of one length',
    );
    return;
  }
  if (!isObject(answers) && !Array.isArray(answers)) {
    fail(report, 'answers', 'type', 'answers must be {"text": […], "answer_start": […]}');
    return;
  }
  const placeOf = answerPlaces(context);
  for (const [at, { text, start }] of answersIn(answers).entries()) {
    const place = Array.isArray(answers) ? `answers[${at}].text` : `answers.text[${at}]`;
    if (typeof text !== 'string' || text === '')
      fail(report, place, 'type', `${place} must be a string that is not empty`);
    else if (typeof start !== 'number' || !Number.isInteger(start) || start < 0)
      fail(
        report,
        place,
        'type',
        `the answer_start of ${place} must be a whole number of characters`,
      );
    else if (placeOf(text, start) === undefined)
      fail(report, place, 'answer-place', outsideMessage(place, { context, text, start }));
    else continue;
    // The others are likely to be wrong in the same way.
    return;
  }
}

function outsideMessage(
  place: string,
  { context, text, start }: { context: string; text: string; start: number },
): string {
  const found = context.indexOf(text);
  const hint =
    found === -1
      ? 'the context does not hold it'
      : `it is at character ${[...context.slice(0, found)].length}`;
  return `${place} is not in the context at character ${start}: ${hint}`;
}

function areSome(answers: unknown): boolean {
  const texts = isObject(answers) ? answers.text : answers;
  return Array.isArray(texts) && texts.length > 0;
}

function haveOneLength({ text, answer_start: starts }: Record<string, unknown>): boolean {
  return Array.isArray(text) && Array.isArray(starts) && text.length === starts.length;
}

/** Answers as SQuAD's files have them on the hub, or as in its own JSON. */
function answersIn(answers: unknown): { text: unknown; start: unknown }[] {
  if (Array.isArray(answers))
    return answers.map((each) =>
      isObject(each) ? { text: each.text, start: each.answer_start } : { text: each, start: -1 },
    );
  if (!isObject(answers)) return [];
  const { text, answer_start: starts } = answers as { text: unknown[]; answer_start: unknown[] };
  return text.map((each, at) => ({ text: each, start: starts[at] }));
}
