import { classificationContest } from './classification.ts';
import { embeddingContest } from './embedding.ts';
import { generationContest } from './generation.ts';
import { judgedContest } from './judged.ts';
import { maskedContest } from './masked-lm.ts';
import { preferenceContest, rewardContest } from './pairs.ts';
import { questionAnsweringContest } from './question-answering.ts';
import { rewardedContest } from './rewarded.ts';
import type { ContestData, ContestOf, TaskName } from './task-contest.ts';
import { tokenClassificationContest } from './token-classification.ts';

/** The rules of every task's contest: contestants that cost no model, metrics, and what decides. */
export const contests: {
  readonly [Task in TaskName]: (data: ContestData<Task>) => ContestOf<Task>;
} = {
  classification: classificationContest,
  'token-classification': tokenClassificationContest,
  'question-answering': questionAnsweringContest,
  embedding: embeddingContest,
  'masked-lm': maskedContest,
  reward: rewardContest,
  preference: preferenceContest,
  judged: judgedContest,
  rewarded: rewardedContest,
  generation: generationContest,
};
