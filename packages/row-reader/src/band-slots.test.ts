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

it.runIf(hasCompiler)(
  'finds the newest entry of each hash, and puts no entry where there is no room',
  async () => {
    await using folder = await tempFolder();
    const program = join(folder.path, 'fuzz');
    const built = execute('cc', [
      ...['-std=c11', '-O1', '-Wall', '-Wextra', '-Wpedantic', '-Werror', ...checks, '-I', sources],
      ...[join(import.meta.dirname, 'band-slots.fixture.c'), join(sources, 'band-slots.c')],
      ...['-o', program],
    ]);
    expect(built.stderr).toBe('');
    const seed = String(Math.floor(Math.random() * 1e9));
    const { status, stdout, stderr } = execute(program, [seed]);
    expect({ status, stdout, stderr }, `with seed ${seed}`).toEqual({
      status: 0,
      stdout: 'many are found\n',
      stderr: '',
    });
  },
);
