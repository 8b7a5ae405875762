import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isAlive } from '@lathe/platform/is-alive';
import { commandOf } from '@lathe/platform/process-command';
import { leftAddress } from '../../scripts/address-file.ts';

/** How long a Lathe has to say that it is well. */
const readyMs = 5000;

/** The Lathe that has a data folder. */
export type Running = {
  readonly pid: number;
  /** Where its gateway listens; null while it starts. */
  readonly url: string | null;
};

/**
 * What runs on a data folder, or null. The number of its process may be another program's by now, so that it is known by its
 * command, too.
 */
export async function runningOn(dataFolder: string): Promise<Running | null> {
  const text = await readFile(path.join(dataFolder, 'lock'), 'utf8').catch(() => '');
  const pid = Number(text);
  if (!isAlive(pid) || !/scripts\/\w+\.ts/.test(await commandOf(pid))) return null;
  return { pid, url: await leftAddress(dataFolder) };
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
