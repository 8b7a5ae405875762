import { chmod, open, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '@lathe/platform/is-alive';
import { makeFolder } from '@lathe/platform/make-folder';

/** How often, and how far apart, the number of the holder is looked for. */
const looks = 20;
const lookMs = 25;

/**
 * Claims the data folder for this process, because two nats-servers on one store would damage it. Returns the release.
 * The claim is a lock on the file `lock.db` that SQLite asks of the kernel: of several processes at once one gets it,
 * and it is dropped when its holder goes, however it goes. Throws an Error that names the holder, whose number stands
 * in the file `lock`, or one that says that the folder cannot be written to.
 */
export async function lockDataFolder(dataFolder: string): Promise<() => Promise<void>> {
  await makeWritable(dataFolder);
  const numberFile = path.resolve(dataFolder, 'lock');
  const lockFile = path.resolve(dataFolder, 'lock.db');
  const database = new DatabaseSync(lockFile);
  // Never opened by hand: closing it would drop a lock of this very process.
  await chmod(lockFile, 0o600);
  try {
    // Nothing is ever written: the transaction is the lock.
    database.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (!isBusy(error)) throw error;
    const holder = await readHolder(numberFile);
    throw new Error(
      `The data folder ${dataFolder} is used by ${holder}: stop that one, or set LATHE_DATA to another folder.`,
      { cause: error },
    );
  }
  await writeFile(numberFile, String(process.pid), { mode: 0o600 });
  return async () => {
    await rm(numberFile, { force: true });
    database.close();
  };
}

/** Makes the folder, for its owner only. Throws an Error of one sentence when nothing can be written in it. */
async function makeWritable(folder: string): Promise<void> {
  try {
    await makeFolder(path.resolve(folder));
    const probe = path.resolve(folder, `.writable-${process.pid}`);
    await (await open(probe, 'w', 0o600)).close();
    await rm(probe);
  } catch (cause) {
    const { code = String(cause) } = cause as NodeJS.ErrnoException;
    throw new Error(
      `Nothing can be written in the data folder ${folder} (${code}): set LATHE_DATA to a folder of this user.`,
      { cause },
    );
  }
}

/** 5: SQLite's code for a lock that another connection holds. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === 5;
}

/** `process 7`; one that has had the lock for a moment may not have written its number yet. */
async function readHolder(numberFile: string): Promise<string> {
  for (let look = 0; look < looks; look++) {
    await sleep(lookMs);
    const pid = Number(await readFile(numberFile, 'utf8').catch(() => ''));
    if (isAlive(pid)) return `process ${pid}`;
  }
  return 'another process';
}
