import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';
import { lockDataFolder } from './data-lock.ts';

const program = path.join(import.meta.dirname, 'data-lock.fixture.ts');

/** A process that claims the folder when it is sent something. */
async function claimant(folder: string): Promise<ChildProcess> {
  const child = fork(program, [folder]);
  await once(child, 'message');
  return child;
}

async function claim(child: ChildProcess): Promise<string> {
  const answer = once(child, 'message');
  child.send('claim');
  return String((await answer)[0]);
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

it('lets one process at a time use a data folder', async () => {
  await using folder = await tempFolder();
  const data = path.join(folder.path, 'new', 'data');
  const release = await lockDataFolder(data);
  expect(await readFile(path.join(data, 'lock'), 'utf8')).toBe(String(process.pid));
  expect((await stat(data)).mode & 0o777).toBe(0o700);
  await expect(lockDataFolder(data)).rejects.toThrow(`is used by process ${process.pid}`);
  await release();
  await (await lockDataFolder(data))();
});

it('has one holder of three that claim at once, and the kernel drops a lock with its holder', async () => {
  await using folder = await tempFolder();
  // Left by a process that was killed; its number is another process's by now.
  await writeFile(path.join(folder.path, 'lock'), '1');
  const children = await Promise.all([1, 2, 3].map(() => claimant(folder.path)));
  const answers = await Promise.all(children.map(claim));
  const winner = children[answers.indexOf('held')];
  expect(answers.filter((answer) => answer === 'held')).toHaveLength(1);
  for (const answer of answers.filter((text) => text !== 'held'))
    expect(answer).toMatch(
      /^Error: The data folder \S+ is used by process \d+: stop that one, or set LATHE_DATA to another folder\.$/,
    );
  await expect(lockDataFolder(folder.path)).rejects.toThrow(`is used by process ${winner?.pid}:`);
  if (winner !== undefined) await kill(winner);
  await (await lockDataFolder(folder.path))();
  await Promise.all(children.filter((child) => child !== winner).map(kill));
});

it.each(['', 'nonsense', '-1', String(process.pid)])(
  'takes no notice of a number of %j that was left behind',
  async (text) => {
    await using folder = await tempFolder();
    await writeFile(path.join(folder.path, 'lock'), text);
    await (await lockDataFolder(folder.path))();
  },
);

it('says in a sentence that nothing can be written', async () => {
  await using folder = await tempFolder();
  const file = path.join(folder.path, 'file');
  await writeFile(file, '');
  await expect(lockDataFolder(path.join(file, 'data'))).rejects.toThrow(
    /^Nothing can be written in the data folder \S+ \(ENOTDIR\): set LATHE_DATA to a folder of this user\.$/,
  );
  // Root may write anywhere.
  if (process.getuid?.() === 0) return;
  const shut = path.join(folder.path, 'shut');
  await mkdir(shut);
  await chmod(shut, 0o500);
  await expect(lockDataFolder(shut)).rejects.toThrow('(EACCES)');
});
