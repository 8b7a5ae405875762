import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { commandOf } from '../process/process-command.ts';

/** How long a server gets to end in order, and how often it is looked at. */
const endMs = 5000;
const lookMs = 20;

/**
 * Ends a nats-server that an earlier start left behind and waits until it is gone: two on one store would damage it.
 * It is known by its number in the file and by its command, which names the configuration file, since another process
 * may have the number by now.
 */
export async function endLeftOver(pidFile: string, configFile: string): Promise<void> {
  const pid = Number(await readFile(pidFile, 'utf8').catch(() => ''));
  if (!Number.isInteger(pid) || pid <= 1) return;
  const isThere = async (): Promise<boolean> => (await commandOf(pid)).includes(configFile);
  const begun = performance.now();
  for (let signal: NodeJS.Signals = 'SIGTERM'; await isThere(); await sleep(lookMs)) {
    // It may be just ending, and a frozen one hears nothing else.
    if (performance.now() - begun > endMs) signal = 'SIGKILL';
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
