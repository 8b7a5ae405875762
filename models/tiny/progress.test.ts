import { expect, it } from 'vitest';
import { duration, printedProgress } from './progress.ts';

it('prints means since the line before, and the end', () => {
  const printed: string[] = [];
  const progress = printedProgress('chat', { every: 2, print: (line) => printed.push(line) });
  for (const [step, loss] of [
    [1, 4],
    [2, 2],
    [3, 1],
  ] as const) {
    progress.step({ step, loss, tokens: 3000, seconds: 2 }, 3);
  }
  expect(printed).toEqual([
    'chat  step 2/3  loss 3.000  1,500 tokens/s  2 s left',
    'chat  step 3/3  loss 1.000  1,500 tokens/s  0 s left',
  ]);
});

it('says long times in minutes', () => {
  expect(duration(89)).toBe('89 s');
  expect(duration(600)).toBe('10 min');
});
