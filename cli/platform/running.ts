import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isAlive } from '@lathe/platform/is-alive';
import { commandOf } from '@lathe/platform/process-command';

/** How long a Lathe has to say that it is well. */
const readyMs = 5000;

/**
 * The process that has a data folder, or null. Its number may be another program's by now, so that it is known by its command,
 * too.
 */
export async function holderOf(dataFolder: string): Promise<number | null> {
  const text = await readFile(path.join(dataFolder, 'lock'), 'utf8').catch(() => '');
  const pid = Number(text);
  if (!isAlive(pid)) return null;
  return /scripts\/\w+\.ts/.test(await commandOf(pid)) ? pid : null;
}

/** Whether a Lathe answers there, and every part of it is well. */
export async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(readyMs) })).ok;
  } catch {
    // Nobody is there, which is an answer.
    return false;
  }
}
