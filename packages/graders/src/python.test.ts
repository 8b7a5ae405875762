import { fileURLToPath } from 'node:url';
import type { Grader } from '@lathe/contracts/http/grader';
import { readConfig } from '@lathe/platform/config';
import { createLogger } from '@lathe/platform/log';
import { afterAll, expect, it } from 'vitest';
import { finishGrading } from './finish.ts';
import { startGraders, usualGraderSettings } from './isolated/grader-processes.ts';

const sandbox = fileURLToPath(new URL('./python-sandbox.fixture.ts', import.meta.url));
const log = createLogger(readConfig({ LATHE_LOG_LEVEL: 'silent' }), 'evaluator');
const settings = { ...usualGraderSettings, pythonMs: 20_000, pythonPrintedBytes: 64 * 1024 };
const graders = startGraders({ ...settings, pythonCommand: `${process.execPath} ${sandbox}` }, log);
afterAll(() => graders.stop());

async function grade(source: string, of = graders) {
  const grader: Grader = { type: 'python', name: 'program', source };
  const { signal } = new AbortController();
  const parts = await of.begin(
    { grader, answered: { item: { label: 'yes' }, answer: 'yes' } },
    { project: 'default', signal },
  );
  const { reward, errors } = finishGrading(grader, parts, new Map());
  const { python_grader_runtime_error_details: failed, python_grader_server_error_type: server } =
    errors;
  return { reward, failed, server };
}

it('gives the score of a program in the sandbox, whatever it prints', async () => {
  expect(graders.runsPython).toBe(true);
  expect(await grade('score')).toEqual({ reward: 0.75, failed: null, server: null });
});

it.each([
  ['raise', 'The program of the grader "program" failed: ValueError: no such luck.'],
  ['print', 'The grader "program" was stopped: it printed more than 64 KiB.'],
  ['memory', 'The grader "program" was ended by the sandbox, which bounds its memory.'],
  ['nan', 'The program of the grader "program" failed: grade gave no finite number.'],
])('tells of a program that fails: %s', async (source, message) => {
  expect(await grade(source)).toEqual({ reward: 0, failed: message, server: null });
});

it('stops a program that loops, and names it', async () => {
  const hasty = startGraders(
    { ...settings, pythonMs: 50, pythonCommand: `${process.execPath} ${sandbox}` },
    log,
  );
  const message = 'The grader "program" was stopped: it ran longer than 50 ms.';
  expect(await grade('loop', hasty)).toMatchObject({ reward: 0, failed: message });
  await hasty.stop();
});

it('tells a sandbox that does not run from a program that fails', async () => {
  const message =
    'The sandbox for Python ended with 125: docker: Cannot connect to the Docker daemon.';
  expect(await grade('no sandbox')).toMatchObject({ reward: 0, failed: null, server: message });
  const missing = startGraders({ ...settings, pythonCommand: 'no-such-program-anywhere' }, log);
  expect((await grade('score', missing)).server).toMatch(/could not be started: .*ENOENT/);
  await missing.stop();
});

it('refuses a program by its name where there is no sandbox', async () => {
  const none = startGraders(settings, log);
  expect((await grade('score', none)).server).toMatch(/"program" is a Python program/);
  await none.stop();
});
