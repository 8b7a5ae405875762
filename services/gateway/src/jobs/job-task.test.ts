import type { CreateJob } from '@lathe/contracts/http/fine-tuning';
import type { ModelRecord } from '@lathe/contracts/record/model';
import { expect, it } from 'vitest';
import { requireTask } from './job-task.ts';

const base: ModelRecord = {
  ...{ version: 1, kind: 'base', name: 'base', createdAt: 1 },
  ...{ maxPositions: 512, parameters: 1000 },
};
const classifier: ModelRecord = {
  ...{ version: 1, kind: 'adapter', name: 'ft:base', project: 'default', createdAt: 1 },
  ...{ base: 'base', jobId: 'ftjob-1', step: 1, manifestKey: 'default/x' },
  task: { type: 'classification', problem: 'single-label', labels: ['ham', 'spam'] },
};
const embedder: ModelRecord = {
  ...classifier,
  task: { type: 'embedding', scale: 20, symmetric: false, pooling: 'mean' },
};
const dpo = { type: 'dpo' } as const;
const task = (type: string, more: object = {}) =>
  ({ task: { type, ...more } }) as NonNullable<CreateJob['lathe']>;

it.each<[string, Parameters<typeof requireTask>, string, string]>([
  [
    'pairs on an encoder',
    [{ method: dpo }, base, 'encoder'],
    'method',
    "The task preference is not for 'base', which is an encoder; base models for it are decoders.",
  ],
  [
    'questions on a decoder',
    [{ lathe: task('question-answering') }, base, 'decoder'],
    'lathe.task.type',
    "The task question-answering is not for 'base', which is a decoder; base models for it are encoders.",
  ],
  [
    'labels by pairs',
    [{ method: dpo, lathe: task('classification') }, base, 'decoder'],
    'lathe.task.type',
    'The method dpo teaches the task preference, not classification.',
  ],
  [
    'preference without its method',
    [{ lathe: task('preference') }, base, 'decoder'],
    'lathe.task.type',
    'The task preference is taught by the method dpo.',
  ],
  [
    'virtual tokens on an encoder',
    [{ lathe: { adaptation: { type: 'prefix-tuning' } } }, base, 'encoder'],
    'lathe.adaptation.type',
    "Virtual tokens are for models that write, and 'base' is an encoder; take lora, ia3, layers or full.",
  ],
  [
    'a head alone on a model that writes',
    [{ lathe: { adaptation: { type: 'head' } } }, base, 'decoder'],
    'lathe.adaptation.type',
    "Without 'lathe.task', 'base' is taught to write or to embed, which has no head of its own to train alone.",
  ],
  [
    'a head alone by pairs',
    [{ method: dpo, lathe: { adaptation: { type: 'head' } } }, base, 'decoder'],
    'lathe.adaptation.type',
    'The task preference has no head of its own to train alone.',
  ],
  [
    'a head alone after embeddings',
    [{ lathe: { adaptation: { type: 'head' } } }, embedder, 'encoder'],
    'lathe.adaptation.type',
    'The task embedding has no head of its own to train alone.',
  ],
  [
    'another task than before',
    [{ lathe: task('embedding') }, classifier, 'encoder'],
    'lathe.task.type',
    "The model 'ft:base' was taught the task classification and goes on with that; start from 'base' for embedding.",
  ],
  [
    'other labels than before',
    [{ lathe: task('classification', { labels: ['spam', 'ham'] }) }, classifier, 'encoder'],
    'lathe.task.labels',
    "The model 'ft:base' has the labels ham, spam in that order; leave 'lathe.task.labels' out to go on with them.",
  ],
])('refuses %s', (_, given, param, message) => {
  expect(() => requireTask(...given)).toThrow(
    expect.objectContaining({ code: 'invalid_value', param, message }) as Error,
  );
});

it.each<[string, Parameters<typeof requireTask>]>([
  ['nothing that is asked', [{}, base, 'encoder']],
  ['labels on either', [{ lathe: task('classification') }, base, 'decoder']],
  ['pairs on a decoder', [{ method: dpo, lathe: task('preference') }, base, 'decoder']],
  ['a head on an encoder', [{ lathe: { adaptation: { type: 'head' } } }, base, 'encoder']],
  [
    'a head for labels',
    [{ lathe: { ...task('classification'), adaptation: { type: 'head' } } }, base, 'decoder'],
  ],
  ['the head of before', [{ lathe: { adaptation: { type: 'head' } } }, classifier, 'decoder']],
  ['the same labels as before', [{ lathe: task('classification') }, classifier, 'decoder']],
])('takes %s', (_, given) => {
  expect(() => requireTask(...given)).not.toThrow();
});
