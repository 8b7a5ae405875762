import type { ChoiceAnswers } from '../artifact/detection.ts';

/** Most choices of a question: they are told apart by letters. */
export const mostChoices = 26;

/**
 * The letter of a choice by its place from 0.
 * @example choiceLetter(1); // 'B'
 */
export function choiceLetter(place: number): string {
  return String.fromCharCode(65 + place);
}

/**
 * What a model is asked where it has to choose, in training and in an evaluation alike, so that it is judged by what it was
 * taught: the question, the choices behind letters, and that a letter is the answer.
 * @example choicePrompt('2 + 2?', ['3', '4']); // '2 + 2?\n\nA. 3\nB. 4\n\nReply with the letter of the right choice.'
 */
export function choicePrompt(question: string, choices: readonly string[]): string {
  const listed = choices.map((choice, at) => `${choiceLetter(at)}. ${choice}`);
  return `${question}\n\n${listed.join('\n')}\n\nReply with the letter of the right choice.`;
}

/** What the answers of questions with choices are, in words. */
export const choiceAnswersText: Readonly<Record<ChoiceAnswers, string>> = {
  label: 'the letter or label of the right choice',
  from_0: 'the number of the right choice, the first of which is 0',
  from_1: 'the number of the right choice, the first of which is 1',
  text: 'the text of the right choice',
};
