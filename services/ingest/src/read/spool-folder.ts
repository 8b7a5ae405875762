import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Makes the folder for rows that wait on disk: one for each process, in the data folder, so that the room that an operator
 * gave is what is used. What processes that are gone left behind is removed.
 */
export async function openSpoolFolder(dataFolder: string): Promise<string> {
  // No worker can be called so.
  const all = join(dataFolder, 'work', '.ingest');
  const own = String(process.pid);
  await mkdir(all, { recursive: true, mode: 0o700 });
  // In a container every process may get the same number: what has ours is left of another one.
  for (const name of await readdir(all))
    if (name === own || !isAlive(Number(name)))
      await rm(join(all, name), { recursive: true, force: true });
  const folder = join(all, own);
  await mkdir(folder, { mode: 0o700 });
  return folder;
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
