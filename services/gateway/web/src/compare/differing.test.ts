import type { JobObject } from '@lathe/contracts/http/fine-tuning';
import { expect, it } from 'vitest';
import { settingRows } from './differing.ts';

function job(seed: number, options: JobObject['lathe']['options']): JobObject {
  return {
    ...{ id: 'ftjob-1', object: 'fine_tuning.job', created_at: 1, finished_at: 2, seed },
    ...{ status: 'succeeded', model: 'lathe-tiny', fine_tuned_model: null, error: null },
    ...{ organization_id: 'org', result_files: [], trained_tokens: null, integrations: [] },
    ...{ training_file: 'file-1', validation_file: null, estimated_finish: null, metadata: null },
    hyperparameters: {},
    method: { type: 'supervised', supervised: { hyperparameters: { n_epochs: 2 } } },
    lathe: { options, task: null, step: 1, total_steps: 2, evaluation: null, queue: null },
  };
}

it('tells in which settings jobs differ, those inside others by their path, and which a job was not asked for', () => {
  const lora = { adaptation: { type: 'lora', rank: 4 } } as const;
  const rows = settingRows([job(1, lora), job(2, { ...lora, packing: false })]);
  expect(rows.filter(({ differs }) => differs)).toEqual([
    { name: 'seed', values: ['1', '2'], differs: true },
    { name: 'packing', values: [undefined, 'false'], differs: true },
  ]);
  expect(rows).toContainEqual({ name: 'n_epochs', values: ['2', '2'], differs: false });
  expect(rows).toContainEqual({ name: 'adaptation.rank', values: ['4', '4'], differs: false });
});
