import { join } from 'node:path';
import { checkModelFolders } from '@lathe/platform/base-models';
import type { Config } from '@lathe/platform/config';
import { measureQueues } from '@lathe/platform/nats/queue-metrics';
import { openProcessFolder } from '@lathe/platform/process-folder';
import { openAllRecords } from '@lathe/platform/records';
import { openService } from '@lathe/platform/service';
import type { Stoppable } from '@lathe/platform/shutdown';
import { rowReaderLibrary } from '@lathe/row-reader/row-reader-library';
import { createAskModel } from './ask/ask-model.ts';
import { serveDataWork } from './data-work/serve-data-work.ts';
import { serveIngest } from './job/nats.ts';
import { startRowThreads } from './rows/rows.ts';
import { type IngestSettings, ingestDefaults } from './settings.ts';

/**
 * Starts the ingest service and returns once it takes work. Throws an Error of one sentence when
 * nats-server cannot be reached. `stop` puts work in hand back on the queue.
 */
export async function start(
  config: Config,
  overrides: Partial<IngestSettings> = {},
): Promise<Stoppable> {
  await checkModelFolders(config.modelFolders);
  return openService(config, { name: 'ingest' }, async (service) => {
    const { nats, metrics, artifacts, stops, log } = service;
    measureQueues(nats, metrics);
    const isNative = config.rowReader !== 'off';
    const library = rowReaderLibrary();
    if (isNative && 'problem' in library)
      log.warn(
        { reason: library.problem },
        'rows are read in JavaScript, which is slower: there are no readers in C',
      );
    const rowThreads = startRowThreads(config.ingestSlots, log, { isNative });
    stops.add('rows', () => rowThreads.stop());
    const controller = new AbortController();
    const ports = {
      ...(await openAllRecords(nats)),
      artifacts,
      modelFolders: config.modelFolders,
      settings: { ...ingestDefaults, ...overrides },
      rowThreads,
      askModel: createAskModel(nats.connection, config),
      // Rows wait on the disk that an operator gave room on. No worker can be called so.
      spoolFolder: await openProcessFolder(join(config.dataFolder, 'work', '.ingest')),
      log,
      now: Date.now,
    };
    const taking = { concurrency: config.ingestSlots, signal: controller.signal };
    const serving = [
      serveIngest(nats, ports, taking),
      serveDataWork(nats, ports, { ...config, ...taking }),
    ];
    stops.add('work', async () => {
      controller.abort();
      await Promise.all(serving);
    });
    await service.serveHealth();
    log.info({ slots: config.ingestSlots }, 'ingest takes work');
    return stops;
  });
}
