import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseApiKeys } from '@lathe/platform/api-key';
import { openFileStore } from '@lathe/platform/artifacts/file';
import { checkModelFolders } from '@lathe/platform/base-models';
import type { Config } from '@lathe/platform/config';
import { leftOverParts } from './left-over-parts.ts';

/** Pause between two looks at a port that an earlier start still holds. */
const againMs = 50;

/**
 * Looks, before anything is started, at what most often keeps a platform from starting. Throws an Error of one sentence:
 * a folder of models that is not there, keys with a fault, a store that cannot be written to, a port that is taken by
 * anything but a part of an earlier start that is about to end.
 */
export async function checkBeforeStart(config: Config): Promise<void> {
  parseApiKeys(config.apiKeys);
  await checkModelFolders(config.modelFolders);
  if (config.artifacts.startsWith('file:'))
    await openFileStore(config.artifacts.slice('file:'.length));
  await checkPort('The gateway', 'LATHE_PORT', config);
  const { healthPort } = config;
  if (healthPort === null) return;
  // The trainer's, ingest's and the evaluator's, then the workers'.
  for (let place = 0; place < 3 + config.workers; place++)
    await checkPort('The health of a service', 'LATHE_HEALTH_PORT', {
      ...config,
      port: healthPort + place,
    });
}

type Place = Pick<Config, 'host' | 'port' | 'dataFolder' | 'shutdownGraceMs'>;

/**
 * Throws an Error of one sentence when nothing can listen there: a port that is taken by anything but a part of an earlier start
 * that is about to end.
 */
export async function checkPort(
  who: string,
  setting: string,
  { host, port, dataFolder, shutdownGraceMs }: Place,
): Promise<void> {
  const fault = (cause: NodeJS.ErrnoException): Error => {
    const why = cause.code === 'EADDRINUSE' ? 'another program listens there' : String(cause.code);
    return new Error(`${who} cannot listen on ${host}:${port}: ${why}; set ${setting}.`, { cause });
  };
  const deadline = performance.now() + shutdownGraceMs;
  for (;;) {
    const cause = await listenOnce(host, port);
    if (cause === null) return;
    const mayEnd = cause.code === 'EADDRINUSE' && performance.now() < deadline;
    if (!mayEnd || (await leftOverParts(dataFolder)).length === 0) throw fault(cause);
    await sleep(againMs);
  }
}

/** Listens for a moment; what is in the way, or null. */
async function listenOnce(host: string, port: number): Promise<NodeJS.ErrnoException | null> {
  const server = createServer();
  const cause = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
    server.once('error', resolve);
    server.listen(port, host, () => resolve(null));
  });
  if (cause === null) await new Promise((resolve) => server.close(resolve));
  return cause;
}
