import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Config, environmentOf } from '@lathe/platform/config';
import type { Running } from './supervise.ts';

const workerMain = fileURLToPath(
  new URL('../services/trainer/src/worker/main.ts', import.meta.url),
);

/**
 * Starts the training worker in a process of its own. It is in its own process group, so that
 * Ctrl-C reaches it through us only, and ends by itself when our end of its channel closes.
 */
export async function startWorkerProcess(config: Config, main = workerMain): Promise<Running> {
  const child = fork(main, {
    env: { ...process.env, ...environmentOf(config) },
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('the training worker could not be started');
  return {
    pid,
    exited,
    stop: async () => {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), config.shutdownGraceMs);
      await exited;
      clearTimeout(timer);
    },
  };
}
