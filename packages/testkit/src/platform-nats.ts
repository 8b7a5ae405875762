import { createLogger } from '@lathe/platform/log';
import { connectNats, type Nats } from '@lathe/platform/nats/connection';
import { ensureStreams, type StreamSettings } from '@lathe/platform/nats/setup';
import { startNats, type TestNats } from './nats.ts';

/** A real server with every stream and bucket made, and one connection to it. */
export type PlatformNats = AsyncDisposable & {
  readonly server: TestNats;
  readonly nats: Nats;
  readonly settings: StreamSettings;
  /** JSON log lines so far. */
  readonly lines: readonly string[];
};

/** Short times, so that tests of lost work take seconds. */
export const quickSettings: StreamSettings = {
  ackWaitMs: 1000,
  maxDeliveries: 3,
  duplicateWindowMs: 5000,
  retentionMs: 0,
  workerLeaseMs: 2000,
};

/**
 * Starts nats-server, connects and makes the streams with the given settings.
 * @example await using platform = await startPlatformNats();
 */
export async function startPlatformNats(
  settings: StreamSettings = quickSettings,
): Promise<PlatformNats> {
  const server = await startNats();
  const lines: string[] = [];
  const sink = { write: (line: string) => void lines.push(line) };
  const log = createLogger({ logLevel: 'debug', logFormat: 'json' }, 'test', sink);
  const nats = await connectNats({ url: server.url, name: 'test', log });
  await ensureStreams(nats, settings);
  return {
    server,
    nats,
    settings,
    lines,
    [Symbol.asyncDispose]: async () => {
      await nats.close();
      await server[Symbol.asyncDispose]();
    },
  };
}
