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

/** That it finds the same as the TypeScript is held in services/ingest. */
it.runIf(hasCompiler)(
  'finds a text that is near wherever there is one, by definition',
  async () => {
    await using folder = await tempFolder();
    const program = join(folder.path, 'fuzz');
    const built = execute('cc', [
      ...['-std=c11', '-O1', '-Wall', '-Wextra', '-Wpedantic', '-Werror', ...checks, '-I', sources],
      ...[join(import.meta.dirname, 'near-texts.fixture.c'), join(sources, 'near-texts.c')],
      ...['-o', program],
    ]);
    expect(built.stderr).toBe('');
    const seed = String(Math.floor(Math.random() * 1e9));
    const { status, stdout, stderr } = execute(program, [seed]);
    expect({ status, stdout, stderr }, `with seed ${seed}`).toEqual({
      status: 0,
      stdout: 'many are near\n',
      stderr: '',
    });
  },
);
