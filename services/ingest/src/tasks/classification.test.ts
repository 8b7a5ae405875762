import { expect, it } from 'vitest';
import type { Lesson } from '../lesson/lesson.ts';
import { classification } from './classification.ts';

it.each([
  ['names', undefined, ['placeholder-label']],
  ['does not name, where the job says what there is to choose from,', ['None', 'spam'], []],
])('%s labels that often stand for none', (_, labels, rules) => {
  const lesson: Lesson = {
    ...{ task: 'classification', architecture: 'encoder', rows: 'labelled', labels },
  };
  const survey = classification.survey(lesson, { type: 'classification' } as never);
  for (const [at, label] of ['None', 'spam', 'None'].entries())
    survey.add?.({
      ...{ file: 'training_file', prompt: at, answer: 0 },
      row: { kind: 'labelled', line: at + 1, text: `a ${at}`, label },
    });
  expect(survey.findings().map(({ rule }) => rule)).toEqual(rules);
});
