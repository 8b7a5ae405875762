import { numberSurvey } from './classification.ts';
import { plainSurvey, type TaskWork } from './survey.ts';

/** Pairs of answers, of which the better one stands first, or texts with a score. */
export const reward: TaskWork = {
  survey: (lesson, asked) =>
    lesson.rows === 'labelled'
      ? numberSurvey({ ...lesson, labels: ['reward'] }, () => asked)
      : plainSurvey(asked),
  count: (examples) => examples.length,
};
