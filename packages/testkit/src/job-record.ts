import { newId } from '@lathe/contracts/id';
import { type JobRecord, nothingYet } from '@lathe/contracts/job/record';

/**
 * The record of a job that was just created, with these changes.
 * @example jobRecord({ state: 'running' });
 */
export function jobRecord(changes: Partial<JobRecord> = {}): JobRecord {
  return {
    version: 1,
    id: newId('job'),
    project: 'default',
    createdAt: 0,
    createdMs: 0,
    requestId: newId('request'),
    state: 'validating_files',
    desired: 'run',
    epoch: 0,
    stage: 'ingest',
    model: 'lathe-tiny',
    suffix: null,
    seed: 1,
    hyperparameters: {},
    options: {},
    metadata: null,
    trainingFile: 'file-1',
    validationFile: null,
    ...nothingYet(),
    ...changes,
  };
}
