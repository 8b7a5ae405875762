import { mkdir, open, readFile, rm } from 'node:fs/promises';
import path from 'node:path';

/** Locks of this very process: a lock file with its number but not in here is left of an older one. */
const held = new Set<string>();

/**
 * Claims the data folder for this process, because two nats-servers on one store would damage it.
 * Returns the release. Throws an Error that names the process that holds it; the claim of a process
 * that is gone counts for nothing.
 */
export async function lockDataFolder(dataFolder: string): Promise<() => Promise<void>> {
  await mkdir(dataFolder, { recursive: true });
  const file = path.resolve(dataFolder, 'lock');
  for (let attempt = 1; ; attempt++) {
    try {
      const handle = await open(file, 'wx', 0o600);
      await handle.writeFile(String(process.pid));
      await handle.close();
      held.add(file);
      return async () => {
        held.delete(file);
        await rm(file, { force: true });
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt > 3) throw error;
      const holder = Number(await readFile(file, 'utf8').catch(() => ''));
      if (holder === process.pid ? held.has(file) : isAlive(holder))
        throw new Error(
          `The data folder ${dataFolder} is used by process ${holder}: stop that one, or set LATHE_DATA to another folder.`,
        );
      await rm(file, { force: true });
    }
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
