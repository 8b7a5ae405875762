import type { JobRecord } from '@lathe/contracts/job/record';
import type { JobEvent } from '@lathe/contracts/message/event';
import { recordKey } from '@lathe/contracts/subject';
import type { Config } from '@lathe/platform/config';
import { openArtifacts } from '@lathe/platform/internal/artifacts/open';
import { createLogger } from '@lathe/platform/log';
import { connectNats } from '@lathe/platform/nats/connection';
import { listEvents } from '@lathe/platform/nats/events';
import { ensureStreams } from '@lathe/platform/nats/setup';
import { openAllRecords } from '@lathe/platform/records';
import { patienceMs } from './patience.ts';

/**
 * Opens what lies behind the services of a configuration, over a connection of its own.
 * @example const { nats, job } = await openStores(config);
 */
export async function openStores(config: Config) {
  const log = createLogger(config, 'test');
  // Whoever writes much asks a busy server, which may take its time.
  const patient = { requestTimeoutMs: patienceMs };
  const nats = await connectNats({ url: config.natsUrl ?? '', name: 'test', log, ...patient });
  await ensureStreams(nats, config);
  const records = await openAllRecords(nats);
  return {
    nats,
    artifacts: await openArtifacts(config),
    ...records,
    job: async (id: string, project = 'default'): Promise<JobRecord> => {
      const stored = await records.jobs.get(recordKey(project, id));
      if (stored === null) throw new Error(`no job ${id}`);
      return stored.value;
    },
    events: async (id: string, project = 'default'): Promise<JobEvent[]> => {
      const stored = await listEvents(nats, project, id, { limit: 5000, newestFirst: false });
      return stored.map(({ event }) => event);
    },
  };
}
