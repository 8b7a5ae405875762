import type { JobObject } from '@lathe/contracts/http/fine-tuning';
import { expect, it } from 'vitest';
import { nameOf } from './job-words.ts';

const job = {
  ...{ id: 'ftjob-0S3tjeXFZ9mDGhyhNWsMYWeC', model: 'lathe-tiny', training_file: 'file-1' },
  ...{ metadata: null, lathe: { suffix: null, stopping: null } },
} as JobObject;

it.each<[Partial<JobObject>, string, string]>([
  [{ metadata: { name: 'Tickets' } }, 'rows.jsonl', 'Tickets'],
  [{ lathe: { suffix: 'papers' } as JobObject['lathe'] }, 'rows.jsonl', 'papers'],
  [{}, 'rows.jsonl', 'lathe-tiny on rows.jsonl · sMYWeC'],
  [{}, '', 'lathe-tiny · sMYWeC'],
])('a job of %j on "%s" is called %s', (change, file, name) => {
  expect(nameOf({ ...job, ...change }, file)).toBe(name);
});
