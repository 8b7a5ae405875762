import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { rowsAsJsonl } from '../../load/lib/data.ts';
import { jobsOfProject } from '../../load/lib/workload.ts';
import { k6Binary, k6Environment, k6Problem } from './k6.ts';
import { readLines } from './script-log.ts';

const load = fileURLToPath(new URL('../../load', import.meta.url));
const settings = {
  URL: 'http://127.0.0.1:1',
  API_KEYS: 'a,b',
  JOBS: '7',
  PROJECTS: '2',
  POLL_SECONDS: '1',
  MAX_MINUTES: '3',
  SUMMARY: 'unused.json',
};

it.each([
  ['smoke', 'smoke_chats', 'count>=1'],
  ['finetune-throughput', 'audited_jobs', 'count==7'],
])('k6 takes the script %s with its thresholds', async (script, metric, rule) => {
  expect(k6Problem()).toBeNull();
  const { stdout } = await promisify(execFile)(
    k6Binary,
    ['inspect', '--include-system-env-vars', path.join(load, `${script}.ts`)],
    { env: k6Environment(settings) },
  );
  expect(JSON.parse(stdout).thresholds[metric]).toEqual([rule]);
});

it('types what the scripts use of k6, and passes the type check', async () => {
  const tsc = path.join(load, '..', 'node_modules', '.bin', 'tsc');
  const checked = promisify(execFile)(tsc, ['--noEmit', '-p', load]).catch((error) => error);
  expect((await checked).stdout).toBe('');
});

it('counts on the sentence by which the platform tells a success', async () => {
  const told = /const successMessage = '(.+)';/.exec(
    await readFile(path.join(load, 'finetune-throughput.ts'), 'utf8'),
  )?.[1];
  const evaluator = new URL('../../services/evaluator/src/job/job.ts', import.meta.url);
  expect(await readFile(evaluator, 'utf8')).toContain(`message: '${told}'`);
});

it('shares the jobs out among the projects', () => {
  const volume = { jobs: 7, projects: 3 };
  expect([0, 1, 2].map((project) => jobsOfProject(volume, project))).toEqual([3, 2, 2]);
});

it('makes the same rows for the same project, and others for another one', () => {
  expect(rowsAsJsonl(1, 0, 5)).toBe(rowsAsJsonl(1, 0, 5));
  expect(rowsAsJsonl(1, 0, 5)).not.toBe(rowsAsJsonl(2, 0, 5));
  const rows = rowsAsJsonl(1, 0, 104).split('\n').filter(Boolean);
  expect(new Set(rows).size).toBe(104);
});

it('tells submissions from findings in what a script logs', () => {
  const submission = { submission: 'p0-0', jobId: 'ftjob-a', submittedMs: 5 };
  expect(readLines([JSON.stringify(submission), 'p0-0: its job ftjob-a is gone'])).toEqual({
    submitted: [submission],
    findings: ['p0-0: its job ftjob-a is gone'],
  });
});
