import type { Task } from '@lathe/recipe/task';
import { expect, it } from 'vitest';
import { decideLesson, type Learner, settingsOf, wishOf } from './decide.ts';

const base: Learner = { name: 'base', architecture: 'encoder', hasTemplate: false };
const task: Task = { type: 'classification', problem: 'single-label', labels: ['spam', 'ham'] };
const tuned: Learner = { ...base, name: 'ft:base', task };
const shape = { kind: 'labelled', line: 1, problem: 'multi-label' } as const;
const lesson = (learner: Learner, options: object = {}) => {
  const wish = wishOf({ method: 'supervised', options }, learner);
  const decided = decideLesson(shape, wish, 'training_file');
  return { decided, settings: settingsOf(decided, wish) };
};

it('goes on with the labels of a tuned model, whatever the job says of its task', () => {
  for (const options of [{}, { task: { type: 'classification' } }])
    expect(lesson(tuned, options)).toEqual({
      decided: {
        ...{ task: 'classification', architecture: 'encoder', rows: 'labelled' },
        ...{ problem: 'single-label', labels: ['spam', 'ham'] },
      },
      settings: task,
    });
});

it('takes from the rows what nobody says', () => {
  expect(lesson(base).decided).toMatchObject({ task: 'classification', problem: 'multi-label' });
});

it('refuses to train a head alone where the rows turn out to have none', () => {
  const wish = wishOf({ method: 'supervised', options: { adaptation: { type: 'head' } } }, base);
  expect(decideLesson(shape, wish, 'training_file').task).toBe('classification');
  const related = { kind: 'related', line: 3 } as const;
  expect(() => decideLesson(related, wish, 'training_file')).toThrow(
    "Line 3: the file has related rows, which teach 'base' the task embedding, and that has no head of its own to train alone.",
  );
});

it('makes labels completions for a decoder without a chat template', () => {
  const decoder: Learner = { ...base, architecture: 'decoder' };
  expect(lesson(decoder).decided).toMatchObject({ task: 'generation', answers: 'completion' });
  expect(lesson({ ...decoder, hasTemplate: true }).decided).toMatchObject({ answers: 'chat' });
});
