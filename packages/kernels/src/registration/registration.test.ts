import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';

const sources = join(import.meta.dirname, '..', '..', 'c');
const files = readdirSync(sources).filter((name) => name.endsWith('.c'));

function run(command: string, args: readonly string[]) {
  return spawnSync(command, args, { encoding: 'utf8' });
}

it.runIf(run('cc', ['--version']).status === 0)(
  'a registration that fails leaves no domain behind, and others share one, also where two come at once',
  async () => {
    await using folder = await tempFolder();
    const program = join(folder.path, 'domains');
    const built = run('cc', [
      ...['-std=c11', '-O0', '-Wall', '-Wextra', '-Werror', '-I', sources],
      join(import.meta.dirname, 'domains.fixture.c'),
      ...[...files.map((name) => join(sources, name)), '-lm', '-o', program],
    ]);
    expect(built.stderr).toBe('');
    const told = run(program, []).stdout.trim().split('\n');
    expect(told).toEqual(['refused 0', 'refused 0', 'taken 1', 'taken 1']);
  },
);
