#!/usr/bin/env node
/**
 * The command `lathe`: `npx lathe` in a clone, or this file from anywhere. Plain JavaScript without dependencies, for any
 * Node from 20 on, because it runs before anything is installed: it installs what is missing, then goes on under the
 * project's own Node.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const ownNode = join(root, 'node_modules', '.bin', 'node');
const oldestNode = 20;
const wanted = process.argv[2];

function fail(text) {
  process.stderr.write(`lathe: ${text}\n`);
  process.exit(1);
}

/** Runs a program in this terminal; resolves to its exit status. Ctrl-C reaches it by itself, as one of this terminal. */
function run(program, args) {
  const child = spawn(program, args, { stdio: 'inherit' });
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  return new Promise((settle) => {
    child.once('error', (error) => fail(`${program} could not be started: ${error.message}`));
    child.once('close', (code, signal) => settle(code ?? (signal === 'SIGINT' ? 130 : 143)));
  });
}

if (Number(process.versions.node.split('.')[0]) < oldestNode)
  fail(`Node ${process.versions.node} is too old: install Node ${oldestNode} or newer.`);
if (wanted === 'doctor' && !existsSync(ownNode))
  fail('The packages of npm are not installed, so nothing else was looked at: npm run setup');
// As before `npm start`: it looks first, and does only what is missing.
if (wanted === 'up' || !existsSync(ownNode)) {
  const status = await run(process.execPath, [join(root, 'scripts', 'setup.mjs')]);
  if (status !== 0) process.exit(status);
}
// Node keeps what it compiled: the next command begins in half the time.
process.env.NODE_COMPILE_CACHE ??= join(root, 'node_modules', '.cache', 'compiled');
process.exitCode = await run(ownNode, [join(root, 'cli', 'main.ts'), ...process.argv.slice(2)]);
