import type { ShardExample } from '@lathe/contracts/artifact/shard';
import type { TaskType } from '../lesson/lesson.ts';
import { supervisedCount } from '../render/mask.ts';
import { classification } from './classification.ts';
import { embedding } from './embedding.ts';
import { reward } from './reward.ts';
import { groupNumbers, plainSurvey, type TaskWork } from './survey.ts';
import { tokenClassification } from './token-classification.ts';

const targets = (examples: readonly ShardExample[]): number =>
  examples.reduce((sum, { supervised }) => sum + supervisedCount(supervised), 0);

/** A model that writes is told by the absence of a task. */
const writing: TaskWork = { survey: () => plainSurvey(undefined), count: targets };

/** What ingest does for each task. */
export const taskWork: Readonly<Record<TaskType, TaskWork>> = {
  generation: writing,
  preference: writing,
  reward,
  classification,
  'token-classification': tokenClassification,
  // A question is one, however many windows its context takes.
  'question-answering': {
    survey(_, asked) {
      const grouped = groupNumbers();
      return { ...plainSurvey(asked), complete: (_json, examples) => grouped(examples) };
    },
    count: () => 1,
  },
  embedding,
  'masked-lm': { survey: (_, asked) => plainSurvey(asked), count: targets },
};
