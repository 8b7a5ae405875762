import { expect, it } from 'vitest';
import { audit, type History } from '../../load/lib/audit.ts';

const whole: History = {
  submissions: [
    { name: 'p0-0', jobId: 'ftjob-a' },
    { name: 'p0-1', jobId: 'ftjob-b' },
  ],
  jobs: [
    { id: 'ftjob-a', submission: 'p0-0', status: 'succeeded', model: 'ft:a', successes: 1 },
    { id: 'ftjob-b', submission: 'p0-1', status: 'succeeded', model: 'ft:b', successes: 1 },
  ],
  models: ['lathe-tiny', 'ft:a', 'ft:b'],
};
const [first, second] = whole.jobs as [History['jobs'][number], History['jobs'][number]];
const change = (job: Partial<History['jobs'][number]>): History => ({
  ...whole,
  jobs: [first, { ...second, ...job }],
});

it('finds nothing where each submission led to one result', () => {
  expect(audit(whole)).toEqual({ lost: [], duplicated: [] });
});

it.each([
  ['is gone', { ...whole, jobs: [first] }, 'p0-1: its job ftjob-b is gone'],
  ['did not succeed', change({ status: 'failed' }), 'p0-1: its job ftjob-b is failed'],
  ['still runs', change({ status: 'running' }), 'p0-1: its job ftjob-b is running'],
  ['told nothing', change({ successes: 0 }), 'p0-1: its job ftjob-b did not tell its success'],
  [
    'left no model',
    { ...whole, models: ['ft:a'] },
    'p0-1: the model of its job ftjob-b cannot be called',
  ],
])('counts a submission as lost when its job %s', (_what, history, finding) => {
  expect(audit(history)).toEqual({ lost: [finding], duplicated: [] });
});

const third = { ...second, id: 'ftjob-c', model: 'ft:c' };

it.each([
  [
    'two jobs for a submission',
    { ...whole, jobs: [...whole.jobs, third] },
    'p0-1: it has several jobs',
  ],
  [
    'a job that nobody submitted',
    { ...whole, jobs: [...whole.jobs, { ...third, submission: null }] },
    'ftjob-c: nobody submitted it',
  ],
  ['a job that succeeded twice', change({ successes: 2 }), 'ftjob-b: it succeeded 2 times'],
  [
    'a job that answers two submissions',
    { ...whole, submissions: [...whole.submissions, { name: 'p0-2', jobId: 'ftjob-b' }] },
    'ftjob-b: it answers several submissions',
  ],
  [
    'a model that is listed twice',
    { ...whole, models: [...whole.models, 'ft:b'] },
    'ft:b: the model exists twice',
  ],
  [
    'two jobs with one model',
    { ...change({ model: 'ft:a' }), models: ['ft:a'] },
    'ft:a: the model exists twice',
  ],
])('counts as duplicated: %s', (_what, history, finding) => {
  expect(audit(history)).toEqual({ lost: [], duplicated: [finding] });
});
