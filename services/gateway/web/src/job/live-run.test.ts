import type { EventObject } from '@lathe/contracts/http/fine-tuning';
import { expect, it } from 'vitest';
import { addEvents, emptyRun, mostMessages, mostPoints, smoothed } from './live-run.ts';
import { rolloutsOf } from './rollouts.ts';

let count = 0;
function event(type: EventObject['type'], data: EventObject['data'], message = ''): EventObject {
  const id = `ftevent-${++count}`;
  return { id, object: 'fine_tuning.job.event', created_at: 1, level: 'info', message, type, data };
}
const stepTold = (step: number, loss: number) =>
  event('metrics', { step, total_steps: 9, train_loss: loss, learning_rate: 0.1 });

it('keeps steps and scores apart, and marks checkpoints', () => {
  const run = emptyRun();
  addEvents(run, [
    stepTold(1, 3),
    event('metrics', { step: 1, train_loss: 3, valid_loss: 2.5, valid_f1: 0.5 }, 'Scored'),
    event('message', { step: 1, fine_tuned_model_checkpoint: 'ft:a:ckpt-step-1' }, 'Checkpoint'),
  ]);
  expect(run.training.steps).toEqual([1]);
  expect(run.training.values.get('train_loss')).toEqual([3]);
  expect(run.scores.values.get('valid_f1')).toEqual([0.5]);
  expect(run.marks).toEqual([{ step: 1, kind: 'checkpoint' }]);
  expect(run.messages.map(({ message }) => message)).toEqual(['Scored', 'Checkpoint']);
});

it('replaces steps that are told again after a resumption', () => {
  const run = emptyRun();
  addEvents(run, [stepTold(1, 3), stepTold(2, 2), stepTold(3, 1)]);
  addEvents(run, [stepTold(2, 2), stepTold(3, 1.5)]);
  expect(run.training.steps).toEqual([1, 2, 3]);
  expect(run.training.values.get('train_loss')).toEqual([3, 2, 1.5]);
});

it('marks where a worker was lost, and from where the training went on', () => {
  const run = emptyRun();
  const begun = (step: number, message: string) =>
    event('message', { step, total_steps: 9, worker: 'one', trainable_parameters: 8 }, message);
  addEvents(run, [begun(0, 'Training started: 9 steps.'), stepTold(1, 3), stepTold(2, 2)]);
  addEvents(run, [
    event('message', { worker: 'one', lost_workers: 1 }, 'The worker is gone.'),
    event('message', {}, 'The job was resumed.'),
    begun(1, 'Training resumed from the checkpoint of step 1 of 9.'),
    stepTold(2, 2),
  ]);
  expect(run.marks).toEqual([
    { step: 2, kind: 'lost' },
    { step: 1, kind: 'resumed' },
  ]);
});

it('keeps every row that was hardly learnt, with the step when that was told last, and what contradicts', () => {
  const run = emptyRun();
  const slow = (step: number, lines: number[]) =>
    event('message', {
      ...{ step, seen_rows: 9 },
      rows: lines.map((line) => ({ line, first_loss: 3, last_loss: step })),
    });
  addEvents(run, [event('message', { rule: 'conflict', line: 4 }, 'line 4'), slow(4, [2, 7])]);
  addEvents(run, [slow(8, [7]), slow(12, [])]);
  expect([...run.slow.values()]).toEqual([
    { line: 2, first_loss: 3, last_loss: 4, step: 4 },
    { line: 7, first_loss: 3, last_loss: 8, step: 8 },
  ]);
  expect(run.slowStep).toBe(12);
  expect(run.conflicts.map(({ message }) => message)).toEqual(['line 4']);
});

it('has a value, or none, at every step for every figure', () => {
  const run = emptyRun();
  addEvents(run, [stepTold(1, 3), event('metrics', { step: 2, train_loss: 2, reward: 0.5 })]);
  expect(run.training.values.get('reward')).toEqual([null, 0.5]);
  expect(run.training.values.get('learning_rate')).toEqual([0.1, null]);
});

it('stays small however long the run is, and keeps its newest point', () => {
  const run = emptyRun();
  const steps = 10 * mostPoints;
  for (let step = 1; step <= steps; step++)
    addEvents(run, [stepTold(step, step), event('message', {}, `m${step}`)]);
  expect(run.training.steps.length).toBeLessThan(2 * mostPoints);
  expect(run.training.steps.at(-1)).toBe(steps);
  expect(run.training.values.get('train_loss')).toEqual(run.training.steps);
  expect(run.messages.length).toBeLessThan(2 * mostMessages);
  expect(run.messages.length + run.forgotten).toBe(steps);
});

it('smooths from the first value on, without leaning to zero', () => {
  expect(smoothed([4, 4, null, 4], 0.9)).toEqual(
    [4, 4, null, 4].map((value) => value && expect.closeTo(value)),
  );
  expect(smoothed([1, 2, 3], 0)).toEqual([1, 2, 3]);
});

it('shows the answers of the step that is asked for, or of the nearest that tells some, with their rewards', () => {
  const run = emptyRun();
  const answers = (step: number, ...rewards: (number | null)[]) =>
    event('message', {
      ...{ step, held_out: false },
      answers: rewards.map((reward, at) => ({ prompt: 'two?', text: `a${at}`, reward })),
    });
  const told = (step: number) =>
    event('metrics', { step, total_steps: 9, train_loss: 0, reward: step / 10 });
  expect(rolloutsOf(run, 1)).toBeUndefined();
  addEvents(run, [told(1), answers(1, 0, 1), told(2), told(5), answers(5, 1, null)]);
  addEvents(run, [
    event('message', { step: 5, held_out: true, answers: [{ prompt: 'x', reward: 1 }] }),
  ]);
  expect(rolloutsOf(run, undefined)).toMatchObject({ step: 5, before: 1, after: undefined });
  expect(rolloutsOf(run, 2)).toEqual({
    ...{ step: 1, wanted: 2, before: undefined, after: 5, figures: [['mean reward', 0.1]] },
    graders: [],
    answers: [
      {
        ...{ at: 0, prompt: 'two?', text: 'a0', parts: {} },
        reward: 0,
        beside: -0.5,
        isCut: false,
      },
      { ...{ at: 1, prompt: 'two?', text: 'a1', parts: {} }, reward: 1, beside: 0.5, isCut: false },
    ],
  });
  expect(rolloutsOf(run, 9)?.answers[1]).toMatchObject({ reward: null, beside: null });
});
