import { expect, it } from 'vitest';
import { hasCompiler, runChecked } from './checked-program.fixture.ts';

it.runIf(hasCompiler)('looks at few slots for a word, however many have its place', async () => {
  expect(await runChecked('word-table', [])).toEqual({ status: 0, stdout: '', stderr: '' });
});
