import type { ShardExample, ShardRun } from '@lathe/contracts/artifact/shard';
import type { TaskType } from '../lesson/lesson.ts';
import { countFlags } from '../render/flags.ts';
import { supervisedCount } from '../render/mask.ts';
import { classification } from './classification.ts';
import { embedding } from './embedding.ts';
import { reward } from './reward.ts';
import { groupNumbers, plainSurvey, type TaskWork } from './survey.ts';
import { tokenClassification } from './token-classification.ts';

const targets = (examples: readonly ShardExample[]): number =>
  examples.reduce((sum, { supervised }) => sum + supervisedCount(supervised), 0);

/** The first token of a sequence has nothing before it and never counts. */
function targetsOfRun({ lengths, supervised }: ShardRun): number {
  let count = countFlags(supervised);
  let first = 0;
  for (let row = 0; row < lengths.length; row++) {
    const length = lengths[row] as number;
    if (length > 0 && supervised[first] !== 0) count--;
    first += length;
  }
  return count;
}

const counts = { count: targets, countRun: targetsOfRun };

/** A model that writes is told by the absence of a task. */
const writing: TaskWork = { survey: () => plainSurvey(undefined), ...counts };

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
  'masked-lm': { survey: (_, asked) => plainSurvey(asked), ...counts },
};
