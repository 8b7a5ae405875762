import type { LabelScore } from '@lathe/contracts/message/prediction';
import { labelName, type ServedTask } from '../served-task.ts';
import { type Handler, scoredText, softmax } from './input.ts';

type Apply = 'none' | 'sigmoid' | 'softmax';

const functions: Readonly<Record<Apply, (scores: Float32Array) => ArrayLike<number>>> = {
  none: (scores) => scores,
  sigmoid: (scores) => Float64Array.from(scores, (score) => 1 / (1 + Math.exp(-score))),
  softmax,
};

/**
 * Labels with their scores, the highest first, as transformers' TextClassificationPipeline: of one label in several a
 * softmax, of several labels or a single one a sigmoid, of numbers what they are.
 */
export const textClassification: Handler<'text-classification', null> = {
  encode(reader, input, { param }) {
    return { texts: [scoredText(reader, input, param)], sheet: null };
  },
  read(
    { model },
    _,
    { options: { topK, apply, inOrder }, results: [scores = new Float32Array()] },
  ) {
    const labels = model.task.type === 'classification' ? model.task.labels : [];
    const told = functions[apply ?? usualFunction(model.task, scores.length)](scores);
    const all = Array.from(told, (score, label): LabelScore => {
      return { label: labelName(labels, label), score };
    });
    const ranked = inOrder ? all : all.toSorted((a, b) => b.score - a.score);
    return ranked.slice(0, topK ?? all.length);
  },
};

function usualFunction(task: ServedTask, labels: number): Apply {
  if (task.type !== 'classification' || task.problem === 'regression') return 'none';
  return task.problem === 'multi-label' || labels === 1 ? 'sigmoid' : 'softmax';
}
