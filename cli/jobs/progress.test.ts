import type { EventObject } from '@lathe/contracts/http/fine-tuning';
import { expect, it } from 'vitest';
import { createPaint } from '../terminal/paint.ts';
import { textWidth } from '../terminal/text-width.ts';
import { afterEvent, noProgress, progressLine, progressLines } from './progress.ts';

const paint = createPaint(false);

function event(data: Record<string, unknown>, type: EventObject['type'] = 'metrics'): EventObject {
  return {
    ...{ id: 'ftevent-1', object: 'fine_tuning.job.event', created_at: 1, level: 'info' },
    ...{ message: 'said', type, data },
  };
}

const steps = [4, 2, 1].map((loss, at) =>
  event({ step: at + 1, total_steps: 6, train_loss: loss, tokens_per_second: 1240 }),
);
const scored = event({ step: 3, total_steps: 6, train_loss: 1, valid_loss: 1.5 });
const progress = [...steps, scored].reduce(afterEvent, noProgress);

it('keeps the loss of each step once, and the newest on the held-out rows', () => {
  expect(progress).toMatchObject({ step: 3, totalSteps: 6, values: [4, 2, 1], heldOut: 1.5 });
});

it('shows what the job said last until it trains', () => {
  const waiting = afterEvent(noProgress, event({}, 'message'));
  expect(progressLines(waiting, { columns: 80, paint, secondsLeft: null })).toEqual(['said']);
});

it('shows bar, speed, time left, curve and losses', () => {
  expect(progressLines(progress, { columns: 80, paint, secondsLeft: 75 })).toEqual([
    '███████████████░░░░░░░░░░░░░░░ step 3/6  1,240 tokens/s  1 min 15 s left',
    '█▃▁  loss 1.000  held-out 1.500',
  ]);
  expect(progressLine(progress, null)).toBe('step 3/6  loss 1.000  held-out 1.500  1,240 tokens/s');
});

it('tells rewards where answers are graded, whose loss is their negative', () => {
  const rewarded = [
    event({ step: 1, total_steps: 6, train_loss: 0, reward: 0.25 }),
    event({ step: 2, total_steps: 6, train_loss: 0.01, reward: 0.5 }),
    event({ step: 2, total_steps: 6, valid_loss: -0.984, valid_reward: 0.984 }),
  ].reduce(afterEvent, noProgress);
  expect(progressLine(rewarded, null)).toBe('step 2/6  reward 0.500  held-out 0.984');
  expect(progressLines(rewarded, { columns: 80, paint, secondsLeft: null })[1]).toBe(
    '▁█  reward 0.500  held-out 0.984',
  );
});

it('fits a narrow terminal', () => {
  const lines = progressLines(progress, { columns: 34, paint, secondsLeft: 75 });
  expect(lines).toHaveLength(4);
  for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(34);
});
