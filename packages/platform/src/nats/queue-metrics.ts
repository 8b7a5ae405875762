import { streams, workConsumer } from '@lathe/contracts/subject';
import type { Metrics } from '../metrics.ts';
import type { Nats } from './connection.ts';
import { queues } from './setup.ts';

/**
 * Looks up depth and age of the queues at every scrape.
 * @example measureQueues(nats, metrics);
 */
export function measureQueues(nats: Nats, metrics: Metrics): void {
  metrics.beforeScrape(async () => {
    const { state } = await nats.manager.streams.info(streams.work.name);
    const first = state.messages === 0 ? Number.NaN : Date.parse(String(state.first_ts));
    const age = Number.isNaN(first) ? 0 : Math.max(0, (Date.now() - first) / 1000);
    metrics.set('lathe_queue_oldest_seconds', {}, age);
    for (const stage of queues) {
      const info = await nats.manager.consumers
        .info(streams.work.name, workConsumer(stage))
        // A stage that nobody has served yet has no consumer.
        .catch(() => undefined);
      const set = (name: string, value: number): void =>
        metrics.set('lathe_queue_messages', { stage, state: name }, value);
      set('waiting', info?.num_pending ?? 0);
      set('held', info?.num_ack_pending ?? 0);
    }
  });
}
