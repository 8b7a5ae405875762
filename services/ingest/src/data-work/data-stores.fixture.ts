import { readConfig } from '@lathe/platform/config';
import { createLogger } from '@lathe/platform/log';
import { startNats } from '@lathe/testkit/nats';
import { openStores } from '@lathe/testkit/stores';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { ingestDefaults } from '../settings.ts';

/** For tests: real records and artifacts of data work, and its ports but for what each test answers itself. */
export async function openDataStores() {
  const [server, folder] = await Promise.all([startNats(), tempFolder()]);
  const places = { LATHE_DATA: folder.path, LATHE_NATS_URL: server.url };
  const stores = await openStores(readConfig({ ...places, LATHE_LOG_LEVEL: 'silent' }));
  const log = createLogger({ logLevel: 'silent', logFormat: 'json' }, 'test');
  return {
    stores,
    ports: {
      ...stores,
      ...{ modelFolders: [], spoolFolder: folder.path, log, now: Date.now },
      settings: { ...ingestDefaults, progressMs: 5 },
      rowThreads: { run: async () => undefined, stop: async () => undefined },
      server: () => 'A',
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await stores.nats.close();
      await server[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}
