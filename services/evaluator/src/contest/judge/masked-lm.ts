import { lengthSlice, ofCounts } from './row-metrics.ts';
import type { ContestData, ContestOf, NamedMetric, TaskData } from './task-contest.ts';

type Answer = TaskData['masked-lm']['answer'];

/** Texts with words masked: the loss of a masked token, and e to its power. */
export function maskedContest(_: ContestData<'masked-lm'>): ContestOf<'masked-lm'> {
  const scored = (of: (loss: number) => number): NamedMetric<Answer> => ({
    unit: 'number',
    lowerIsBetter: true,
    of: (answers) =>
      ofCounts(
        answers.map(({ loss, tokens }) => [loss, tokens]),
        ([loss = 0, tokens = 0]) => of(tokens === 0 ? 0 : loss / tokens),
      ),
  });
  return {
    headline: 'loss',
    isRate: false,
    metrics: { loss: scored((loss) => loss), 'pseudo-perplexity': scored(Math.exp) },
    baselines: () => [],
    isRight: () => null,
    slices: ({ text }) => [lengthSlice('texts', text)],
    show: ({ text }) => ({ prompt: text, expected: '' }),
    tell: ({ loss, tokens }) => `${(loss / Math.max(1, tokens)).toFixed(3)} nats a token`,
  };
}
