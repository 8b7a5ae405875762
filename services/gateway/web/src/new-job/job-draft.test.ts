import { expect, it } from 'vitest';
import { emptyDraft, requestOf } from './job-draft.ts';

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
