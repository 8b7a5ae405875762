import { beginAttempt } from '@lathe/platform/jobs';
import type { Nats } from '@lathe/platform/nats/connection';
import { publishEvent } from '@lathe/platform/nats/events';
import { consumeWork, publishWork } from '@lathe/platform/nats/work';
import { failJob, type IngestPorts, ingestJob } from './job.ts';

type Handler = Parameters<typeof consumeWork>[2];

/** Takes ingest work until the signal aborts; resolves when the work in hand has ended. */
export function serveIngest(
  nats: Nats,
  ports: Omit<IngestPorts, 'publishEvent' | 'publishTrain'>,
  options: { readonly concurrency: number; readonly signal: AbortSignal },
): Promise<void> {
  const all: IngestPorts = {
    ...ports,
    publishEvent: (event, dedupeId) => publishEvent(nats, event, dedupeId),
    publishTrain: (message) => publishWork(nats, 'train', message),
  };
  const ingest: Handler = async (message, context) => {
    await beginAttempt(ports.jobs, message, { stage: 'ingest', server: nats.serverName() });
    return ingestJob(all, message, context);
  };
  return consumeWork(nats, 'ingest', ingest, {
    ...options,
    onFailure: (message, error) => failJob(all, message, error),
  });
}
