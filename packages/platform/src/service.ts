import { measuredStore } from './artifacts/measured.ts';
import { openArtifacts } from './artifacts/open.ts';
import type { ArtifactStore } from './artifacts/port.ts';
import type { Config } from './config/config.ts';
import { type ReadyCheck, startHealthServer } from './health/health.ts';
import { artifactsCheck, natsCheck } from './health/ready-checks.ts';
import { createLogger, type Logger } from './log/log.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { connectNats, type Nats } from './nats/connection.ts';
import { ensureStreams } from './nats/setup.ts';
import { createStopList } from './process/shutdown.ts';

/** What every service stands on. */
export type Service = {
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly nats: Nats;
  /** The artifact store, measured. */
  readonly artifacts: ArtifactStore;
  /** What must be stopped: in reverse, when the service stops or cannot start. */
  readonly stops: ReturnType<typeof createStopList>;
  /** Whether the message server and the artifact store work. */
  readonly checks: Readonly<Record<string, ReadyCheck>>;
  /** Serves health and metrics on LATHE_HEALTH_PORT, if it is set, with further checks of the service's own. */
  serveHealth(further?: Readonly<Record<string, ReadyCheck>>): Promise<void>;
};

export type ServiceOptions = {
  readonly name: string;
  /** Under which name nats-server lists it; by default the service's. */
  readonly connection?: string;
  /** Whether it is the part that tells that nats-server is old. */
  readonly tellsOldServer?: boolean;
};

/**
 * Opens what every service stands on and begins the service on it. Throws an Error of one sentence when there is no
 * address of a nats-server or it cannot be reached; whatever fails, what was started by then is stopped before.
 * @example
 * await openService(config, { name: 'ingest' }, async ({ stops, serveHealth }) => {
 *   await serveHealth();
 *   return stops;
 * });
 */
export async function openService<Handle>(
  config: Config,
  { name, connection = `lathe-${name}`, tellsOldServer = false }: ServiceOptions,
  begin: (service: Service) => Promise<Handle>,
): Promise<Handle> {
  const log = createLogger(config, name);
  const metrics = createMetrics(name, {
    onFailure: (error) => log.warn({ err: error }, 'a metric could not be looked up'),
  });
  const stops = createStopList(log);
  try {
    if (config.natsUrl === null)
      throw new Error('Set LATHE_NATS_URL to the address of nats-server, or use npm start.');
    const { natsUrl: url, requestTimeoutMs } = config;
    const nats = await connectNats({
      ...{ url, name: connection, log, requestTimeoutMs, metrics, tellsOldServer },
    });
    stops.add('nats', () => nats.close());
    await ensureStreams(nats, config);
    const artifacts = measuredStore(await openArtifacts(config), metrics);
    const checks = { nats: natsCheck(nats), artifacts: artifactsCheck(artifacts) };
    const serveHealth = async (further: Readonly<Record<string, ReadyCheck>> = {}) => {
      const { host, healthPort: port } = config;
      if (port === null) return;
      const health = await startHealthServer({
        host,
        port,
        metrics,
        checks: { ...checks, ...further },
      });
      stops.add('health', () => health.stop());
    };
    return await begin({ log, metrics, nats, artifacts, stops, checks, serveHealth });
  } catch (error) {
    // What could not be stopped is in the log; why it could not start says more.
    await stops.stop().catch(() => undefined);
    throw error;
  }
}
