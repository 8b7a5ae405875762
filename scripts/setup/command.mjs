/** Running other programs during set-up, and telling how far they are. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const stillRunningMs = 10_000;
const keptOutput = 8000;

/** PATH without our own node_modules, which npm is about to replace. */
export const outerPath = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((folder) => folder !== '' && !resolve(folder).startsWith(join(root, 'node_modules')))
  .join(delimiter);

export function say(text) {
  process.stderr.write(`setup: ${text}\n`);
}

/** The file that a command on PATH is, or null. */
export function findOnPath(command) {
  const files = outerPath.split(delimiter).map((folder) => join(folder, command));
  return files.find((file) => existsSync(file)) ?? null;
}

/**
 * Runs a command while saying every ten seconds that it still runs. Its output is shown only when
 * it fails. Resolves to whether it succeeded.
 */
export function run(what, command, args, { env = {}, folder = root } = {}) {
  const begun = performance.now();
  const seconds = () => `${Math.round((performance.now() - begun) / 1000)} s`;
  say(`${what} ...`);
  const timer = setInterval(() => say(`${what} ... ${seconds()}`), stillRunningMs);
  return new Promise((settle) => {
    const child = spawn(command, args, {
      cwd: folder,
      env: { ...process.env, PATH: outerPath, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const keep = (chunk) => {
      output = (output + chunk).slice(-keptOutput);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const end = (problem) => {
      clearInterval(timer);
      if (problem === null) say(`${what}: done in ${seconds()}`);
      else say(`${what}: failed after ${seconds()} (${problem})\n${output.trimEnd()}`);
      settle(problem === null);
    };
    child.once('error', (error) => end(error.message));
    child.once('close', (code, signal) => end(code === 0 ? null : (signal ?? `exit ${code}`)));
  });
}
