import { choiceLetter, choicePrompt } from '@lathe/contracts/words/choices';
import { isBlank, isObject, nameOf } from '../../check/validate-message.ts';
import { findChoices, usualChoices } from './choice-columns.ts';
import { placeOfAnswer, questionOf, readChoices, type Wrong, wrongAnswer } from './choices.ts';
import { type Converted, cellOf, columnOf, type Format } from './format.ts';
import { isNothing, isNumber, isText, unpacked } from './said.ts';

/** Questions with what there is to choose from, and the right one: a chat in which the answer is its letter. */
export const multipleChoice: Format = {
  kind: 'chat',
  usual: usualChoices,
  holds: {
    question: (value) => isText(value) || isObject(unpacked(value)),
    choices: (value) => isText(value) || isNumber(value) || typeof value === 'object',
    answer: (value) => isText(value) || isNumber(value),
    context: isText,
  },
  find: findChoices,
  convert(row, reading) {
    const { columns, answers = 'label' } = reading;
    const name = columnOf(columns, 'question') ?? 'question';
    const column = columnOf(columns, 'answer') ?? 'answer';
    const question = questionOf(row, columns);
    if (!isText(question) || isBlank(question)) {
      const isEmpty = isNothing(question) || isBlank(question);
      const rest = isEmpty ? 'must not be empty' : `must be a text, not ${nameOf(question)}`;
      return refused({ path: name, rule: isEmpty ? 'empty' : 'type', message: `${name} ${rest}` });
    }
    const context = cellOf(row, reading, 'context');
    if (!isNothing(context) && !isText(context)) {
      const path = columnOf(columns, 'context') ?? 'context';
      const message = `${path} must be a text, not ${nameOf(context)}`;
      return refused({ path, rule: 'type', message });
    }
    const choices = readChoices(row, columns);
    if ('message' in choices) return refused(choices);
    const answer = row[column];
    const place = placeOfAnswer(answer, choices, answers);
    if (place === undefined) return refused(wrongAnswer(answer, choices, { column, answers }));
    const asked = isText(context) && !isBlank(context) ? `${context}\n\n${question}` : question;
    return {
      row: {
        messages: [
          { role: 'user', content: choicePrompt(asked, choices.texts) },
          { role: 'assistant', content: choiceLetter(place) },
        ],
      },
      places: () => [
        ['messages[0]', name],
        ['messages[0].content', name],
        ['messages[1]', column],
        ['messages[1].content', column],
      ],
    };
  },
};

function refused(wrong: Wrong): Converted {
  return { row: {}, issues: [{ ...wrong, level: 'error' }] };
}
