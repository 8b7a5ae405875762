import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { tempFolder } from '@lathe/testkit/temp-folder';

const sources = join(import.meta.dirname, '../c');
const checks = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all'];

function execute(command: string, args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  return { status, stdout, stderr };
}

/** Whether there is a C compiler. */
export const hasCompiler = execute('cc', ['--version']).status === 0;

/**
 * For tests: compiles `<subject>.fixture.c` with `c/<subject>.c`, with checks of memory and of undefined behaviour, and says how the
 * program ends. Throws what the compiler says, of a warning too.
 */
export async function runChecked(subject: string, args: readonly string[]) {
  await using folder = await tempFolder();
  const program = join(folder.path, subject);
  const built = execute('cc', [
    ...['-std=c11', '-O1', '-Wall', '-Wextra', '-Wpedantic', '-Werror', ...checks, '-I', sources],
    ...[join(import.meta.dirname, `${subject}.fixture.c`), join(sources, `${subject}.c`)],
    ...['-o', program],
  ]);
  if (built.status !== 0 || built.stderr !== '') throw new Error(built.stderr);
  return execute(program, args);
}
