import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';

const sources = join(import.meta.dirname, '../c');
const checks = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all'];

function execute(command: string, args: readonly string[]) {
  return spawnSync(command, args, { encoding: 'utf8' });
}

const hasCompiler = execute('cc', ['--version']).status === 0;

it.runIf(hasCompiler)('looks at few slots for a word, however many have its place', async () => {
  await using folder = await tempFolder();
  const program = join(folder.path, 'words');
  const built = execute('cc', [
    ...['-std=c11', '-O1', '-Wall', '-Wextra', '-Wpedantic', '-Werror', ...checks, '-I', sources],
    ...[join(import.meta.dirname, 'word-table.fixture.c'), join(sources, 'word-table.c')],
    ...['-o', program],
  ]);
  expect(built.stderr).toBe('');
  const { status, stdout, stderr } = execute(program, []);
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
});
