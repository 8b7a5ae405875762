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
