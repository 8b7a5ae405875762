import { createServer } from 'node:net';
import { parseApiKeys } from '@lathe/platform/api-key';
import { openFileStore } from '@lathe/platform/artifacts/file';
import { checkModelFolders } from '@lathe/platform/base-models';
import type { Config } from '@lathe/platform/config';

/**
 * Looks, before anything is started, at what most often keeps a platform from starting. Throws an Error of one sentence:
 * a folder of models that is not there, keys with a fault, a store that cannot be written to, a port that is taken.
 */
export async function checkBeforeStart(config: Config): Promise<void> {
  parseApiKeys(config.apiKeys);
  await checkModelFolders(config.modelFolders);
  if (config.artifacts.startsWith('file:'))
    await openFileStore(config.artifacts.slice('file:'.length));
  await checkPort('The gateway', 'LATHE_PORT', { host: config.host, port: config.port });
  const { healthPort } = config;
  if (healthPort === null) return;
  // The trainer's, ingest's and the evaluator's, then the workers'.
  for (let place = 0; place < 3 + config.workers; place++)
    await checkPort('The health of a service', 'LATHE_HEALTH_PORT', {
      host: config.host,
      port: healthPort + place,
    });
}

async function checkPort(
  who: string,
  setting: string,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<void> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
  } catch (cause) {
    const { code = String(cause) } = cause as NodeJS.ErrnoException;
    const why = code === 'EADDRINUSE' ? 'another program listens there' : code;
    throw new Error(`${who} cannot listen on ${host}:${port}: ${why}; set ${setting}.`, { cause });
  }
  await new Promise((resolve) => server.close(resolve));
}
