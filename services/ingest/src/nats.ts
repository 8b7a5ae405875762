import type { Nats } from '@lathe/platform/nats/connection';
import { publishEvent } from '@lathe/platform/nats/events';
import { consumeWork, publishWork } from '@lathe/platform/nats/work';
import { failJob, type IngestPorts, ingestJob } from './job.ts';

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
  return consumeWork(nats, 'ingest', (message, context) => ingestJob(all, message, context), {
    ...options,
    onFailure: (message, error) => failJob(all, message, error),
  });
}
