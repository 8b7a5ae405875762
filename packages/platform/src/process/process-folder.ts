import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from './is-alive.ts';

/**
 * Makes a folder in `parent` that is this process's alone, and removes those of processes that are gone. One that a
 * process which is about to end still works in stays: it may have the name and the work of the one after it.
 * @example const folder = await openProcessFolder('runs/worker-1');
 */
export async function openProcessFolder(parent: string): Promise<string> {
  const own = String(process.pid);
  await mkdir(parent, { recursive: true, mode: 0o700 });
  // In a container every process may get the same number: what has ours is left of another one.
  for (const name of await readdir(parent))
    if (name === own || !isAlive(Number(name)))
      await rm(join(parent, name), { recursive: true, force: true });
  const folder = join(parent, own);
  await mkdir(folder, { mode: 0o700 });
  return folder;
}
