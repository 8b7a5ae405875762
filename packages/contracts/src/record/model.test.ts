import { expect, it } from 'vitest';
import { tunedModelName } from './model.ts';

const parts = {
  base: 'lathe-tiny',
  project: 'default',
  suffix: 'routing',
  jobId: 'ftjob-ABCdefGH1234',
};

it('names tuned models and their checkpoints', () => {
  expect(tunedModelName(parts)).toBe('ft:lathe-tiny:default:routing:ABCdefGH');
  expect(tunedModelName({ ...parts, suffix: null })).toBe('ft:lathe-tiny:default::ABCdefGH');
  expect(tunedModelName({ ...parts, step: 20 })).toBe(
    'ft:lathe-tiny:default:routing:ABCdefGH:ckpt-step-20',
  );
});
