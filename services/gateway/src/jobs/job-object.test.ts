import type { ResolvedSettings } from '@lathe/contracts/job/record';
import { jobRecord } from '@lathe/testkit/job-record';
import { expect, it } from 'vitest';
import { jobObject } from './job-object.ts';

const settings: ResolvedSettings = {
  ...{ epochs: 1, batchSize: 4, learningRateMultiplier: 1, learningRate: 1e-4 },
  adaptation: { type: 'lora' },
};
const reward = { type: 'reward' } as const;
const classes = { type: 'classification', problem: 'single-label', labels: ['a', 'b'] } as const;

it.each([
  ['nothing while nobody knows', jobRecord(), null],
  ['what was asked for', jobRecord({ options: { task: reward } }), reward],
  ['that it writes', jobRecord({ settings }), { type: 'generation' }],
  [
    'that it prefers',
    jobRecord({ settings: { ...settings, preference: { loss: 'sigmoid', beta: 0.1 } } }),
    { type: 'preference' },
  ],
  [
    'what the rows decided',
    jobRecord({ settings: { ...settings, task: { ...classes, labels: ['a', 'b'] } } }),
    classes,
  ],
])('a job says of its task %s', (_, record, task) => {
  expect(jobObject(record).lathe.task).toEqual(task);
});

it.each([
  ['nothing while it runs', { state: 'running', desired: 'run' }, null],
  ['that it is about to be paused', { state: 'running', desired: 'pause' }, 'pause'],
  ['that its reading is about to end', { state: 'validating_files', desired: 'cancel' }, 'cancel'],
  ['nothing once it is paused', { state: 'paused', desired: 'pause' }, null],
  ['nothing once it is cancelled', { state: 'cancelled', desired: 'cancel' }, null],
] as const)('a job says of its end %s', (_, change, stopping) => {
  expect(jobObject({ ...jobRecord(), ...change }).lathe.stopping).toBe(stopping);
});

it('a job that learns from rewards says what its auto came to', () => {
  const record = jobRecord({
    method: 'reinforcement',
    grader: { type: 'string_check', name: 'same', operation: 'eq', input: 'a', reference: 'b' },
    hyperparameters: { compute_multiplier: 'auto' },
  });
  const shown = (given: typeof record) => {
    const { method } = jobObject(given);
    return method.type === 'reinforcement' ? method.reinforcement.hyperparameters : undefined;
  };
  expect(shown(record)).toMatchObject({ compute_multiplier: 'auto', eval_interval: 'auto' });
  const reinforcement = { group_size: 4, evaluate_every: 5, evaluation_samples: 1 };
  expect(shown({ ...record, settings: { ...settings, reinforcement } })).toMatchObject({
    ...{ n_epochs: 1, batch_size: 4, learning_rate_multiplier: 1 },
    ...{ compute_multiplier: 0.5, eval_interval: 5, eval_samples: 1 },
  });
});
