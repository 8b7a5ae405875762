import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';

const sources = join(import.meta.dirname, '..', 'c');
const files = readdirSync(sources).filter((name) => name.endsWith('.c'));
/** What needs ONNX Runtime is tested in the engine. */
const kernels = files.filter(
  (name) => !/^(?:register|tensor|operator)\.c$|-(?:op|infer)\.c$/.test(name),
);
const fuzzed = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.fixture.c'));
const checks = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all'];

/** Random each time, and printed when it fails. */
const seed = Math.floor(Math.random() * 1e9);
const count = 400;

function run(command: string, args: readonly string[]) {
  return spawnSync(command, args, { encoding: 'utf8' });
}

/** Why nothing can be compiled here, for the name of the test. */
const withoutCompiler = run('cc', ['--version']).status === 0 ? '' : ' (no C compiler here)';

it.runIf(withoutCompiler === '')(
  `compute as float64 does, within its memory, to the same bits with every instruction set${withoutCompiler}`,
  async () => {
    await using folder = await tempFolder();
    const program = join(folder.path, 'fuzz');
    const built = run('cc', [
      ...['-std=c11', '-O1', '-ffp-contract=off', '-Wall', '-Wextra', '-Werror', ...checks],
      ...['-I', sources, '-I', import.meta.dirname],
      ...fuzzed.map((name) => join(import.meta.dirname, name)),
      ...[...kernels.map((name) => join(sources, name)), '-lm', '-o', program],
    ]);
    expect(built.stderr).toBe('');
    const { status, stdout, stderr } = run(program, [String(seed), String(count)]);
    expect({ status, said: stdout.slice(0, -1), stderr }, `with seed ${seed}`).toEqual({
      status: 0,
      said: expect.stringMatching(new RegExp(`^${count} calls of each with `)),
      stderr: '',
    });
  },
);
