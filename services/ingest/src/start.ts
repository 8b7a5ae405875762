import { fileRecordSchema } from '@lathe/contracts/record/file';
import { modelRecordSchema } from '@lathe/contracts/record/model';
import { buckets } from '@lathe/contracts/subject';
import { measuredStore } from '@lathe/platform/artifacts/measured';
import { openArtifacts } from '@lathe/platform/artifacts/open';
import { checkModelFolders } from '@lathe/platform/base-models';
import type { Config } from '@lathe/platform/config';
import { startHealthServer } from '@lathe/platform/health';
import { openJobs } from '@lathe/platform/jobs';
import { createLogger } from '@lathe/platform/log';
import { createMetrics } from '@lathe/platform/metrics';
import { connectNats } from '@lathe/platform/nats/connection';
import { measureQueues } from '@lathe/platform/nats/queue-metrics';
import { ensureStreams } from '@lathe/platform/nats/setup';
import { artifactsCheck, natsCheck } from '@lathe/platform/ready-checks';
import { openRecords } from '@lathe/platform/records/kv';
import { createStopList, type Stoppable } from '@lathe/platform/shutdown';
import { serveIngest } from './nats.ts';
import { startRowThreads } from './rows/rows.ts';
import { type IngestSettings, ingestDefaults } from './settings.ts';
import { openSpoolFolder } from './spool-folder.ts';

/**
 * Starts the ingest service and returns once it takes work. Throws an Error of one sentence when
 * nats-server cannot be reached. `stop` puts work in hand back on the queue.
 */
export async function start(
  config: Config,
  overrides: Partial<IngestSettings> = {},
): Promise<Stoppable> {
  const log = createLogger(config, 'ingest');
  const metrics = createMetrics('ingest', {
    onFailure: (error) => log.warn({ err: error }, 'a metric could not be looked up'),
  });
  const stops = createStopList(log);
  try {
    await checkModelFolders(config.modelFolders);
    if (config.natsUrl === null)
      throw new Error('Set LATHE_NATS_URL to the address of nats-server, or use npm start.');
    const nats = await connectNats({
      url: config.natsUrl,
      name: 'lathe-ingest',
      log,
      requestTimeoutMs: config.requestTimeoutMs,
      metrics,
    });
    stops.add('nats', () => nats.close());
    await ensureStreams(nats, config);
    measureQueues(nats, metrics);
    const rowThreads = startRowThreads(config.ingestSlots, log);
    stops.add('rows', () => rowThreads.stop());
    const controller = new AbortController();
    const ports = {
      jobs: await openJobs(nats),
      files: await openRecords(nats, buckets.files, fileRecordSchema),
      models: await openRecords(nats, buckets.models, modelRecordSchema),
      artifacts: measuredStore(await openArtifacts(config), metrics),
      modelFolders: config.modelFolders,
      settings: { ...ingestDefaults, ...overrides },
      rowThreads,
      spoolFolder: await openSpoolFolder(config.dataFolder),
      log,
      now: Date.now,
    };
    const serving = serveIngest(nats, ports, {
      concurrency: config.ingestSlots,
      signal: controller.signal,
    });
    stops.add('work', async () => {
      controller.abort();
      await serving;
    });
    if (config.healthPort !== null) {
      const health = await startHealthServer({
        host: config.host,
        port: config.healthPort,
        metrics,
        checks: {
          nats: natsCheck(nats),
          artifacts: artifactsCheck(ports.artifacts),
        },
      });
      stops.add('health', () => health.stop());
    }
    log.info({ slots: config.ingestSlots }, 'ingest takes work');
    return stops;
  } catch (error) {
    await stops.stop();
    throw error;
  }
}
