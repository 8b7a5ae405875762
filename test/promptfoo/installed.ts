import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The packages and their versions: promptfoo, and the database that it opens, which it names as optional for each system. */
const packages = {
  promptfoo: '0.123.1',
  [`@libsql/${process.platform}-${process.arch}${process.platform === 'linux' ? '-gnu' : ''}`]:
    '0.5.29',
};

/**
 * The command of promptfoo in `folder`, where npm installs it unless it is there. The folder has a package.json of its own: npm would
 * otherwise take the nearest above it. Throws what npm says where it fails.
 */
export async function installedPromptfoo(folder: string): Promise<string> {
  const command = join(folder, 'node_modules/promptfoo/dist/src/entrypoint.js');
  const wanted = `${JSON.stringify({ private: true, dependencies: packages }, null, 2)}\n`;
  const description = join(folder, 'package.json');
  const found = await readFile(description, 'utf8').catch(() => '');
  if (found === wanted && existsSync(command)) return command;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(description, wanted);
  console.error(`npm installs promptfoo ${packages.promptfoo} in ${folder}`);
  const quiet = ['--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];
  await run('npm', ['install', '--prefix', folder, '--omit=optional', ...quiet], { cwd: folder });
  return command;
}
