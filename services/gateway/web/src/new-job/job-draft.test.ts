import { expect, it } from 'vitest';
import { draftOf, emptyDraft, requestOf } from './job-draft.ts';

const draft = { ...emptyDraft, file: 'file-1', model: 'lathe-tiny' };

it('asks for nothing that was left to Lathe', () => {
  expect(requestOf(draft)).toEqual({ model: 'lathe-tiny', training_file: 'file-1' });
  expect(requestOf({ ...draft, model: '' })).toBe(null);
});

it('asks for what was chosen, as the API has it', () => {
  const chosen = { ...draft, epochs: '2', seed: '0', name: 'Mine', lathe: { packing: false } };
  expect(requestOf(chosen)).toEqual({
    model: 'lathe-tiny',
    training_file: 'file-1',
    method: { type: 'supervised', supervised: { hyperparameters: { n_epochs: 2 } } },
    seed: 0,
    metadata: { name: 'Mine' },
    lathe: { packing: false },
  });
  expect(requestOf({ ...chosen, method: 'dpo' })?.method).toEqual({
    type: 'dpo',
    dpo: { hyperparameters: { n_epochs: 2 } },
  });
});

it('asks for rewards by a grader, and for nothing while the grader is no JSON', () => {
  const grader = {
    type: 'string_check',
    name: 'right',
    operation: 'eq',
    input: 'a',
    reference: 'b',
  };
  const rewarded = { ...draft, method: 'reinforcement', grader: JSON.stringify(grader) } as const;
  expect(requestOf({ ...rewarded, epochs: '2', evalSamples: '4' })?.method).toEqual({
    type: 'reinforcement',
    reinforcement: { grader, hyperparameters: { n_epochs: 2, eval_samples: 4 } },
  });
  expect(requestOf({ ...rewarded, grader: '{' })).toBe(null);
});

it('makes a job once more with what its auto came to, and asks once for what has two names', () => {
  const grader = { ...{ type: 'string_check', name: 'right' }, operation: 'eq' } as const;
  const again = draftOf({
    ...{ model: 'lathe-tiny', training_file: 'file-1', validation_file: null },
    ...{ seed: 1, metadata: null },
    method: {
      type: 'reinforcement',
      reinforcement: {
        grader: { ...grader, input: 'a', reference: 'b' },
        hyperparameters: {
          ...{ n_epochs: 2, learning_rate_multiplier: 1 },
          ...{ compute_multiplier: 0.5, eval_interval: 4, eval_samples: 1 },
        },
      },
    },
    lathe: { options: { learning_rate: 1e-3, reinforcement: { group_size: 4 } }, suffix: 'sums' },
  });
  expect(again).toMatchObject({ epochs: '2', evalInterval: '4', evalSamples: '1' });
  expect(again).toMatchObject({ rate: '', compute: '', suffix: 'sums' });
});
