import { fork } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';
import { lockDataFolder } from './data-lock.ts';

it('lets one process at a time use a data folder', async () => {
  await using folder = await tempFolder();
  const data = path.join(folder.path, 'new', 'data');
  const release = await lockDataFolder(data);
  expect(await readFile(path.join(data, 'lock'), 'utf8')).toBe(String(process.pid));
  await expect(lockDataFolder(data)).rejects.toThrow(`is used by process ${process.pid}`);
  await release();
  await (await lockDataFolder(data))();
});

it('names the process that holds it', async () => {
  await using folder = await tempFolder();
  const other = fork(path.join(import.meta.dirname, 'idle-process.ts'));
  await writeFile(path.join(folder.path, 'lock'), String(other.pid));
  await expect(lockDataFolder(folder.path)).rejects.toThrow(
    `is used by process ${other.pid}: stop that one, or set LATHE_DATA to another folder.`,
  );
  const gone = new Promise((resolve) => other.once('exit', resolve));
  other.kill('SIGKILL');
  await gone;
  await (await lockDataFolder(folder.path))();
});

it.each(['', 'nonsense', '-1', String(process.pid)])(
  'takes over a stale lock of %j',
  async (text) => {
    await using folder = await tempFolder();
    await writeFile(path.join(folder.path, 'lock'), text);
    await (await lockDataFolder(folder.path))();
  },
);
