import {
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream';
import { AuthorizationError } from '@nats-io/nats-core';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { Logger } from '../log/log.ts';
import type { Metrics } from '../metrics.ts';
import { followLink, type Link } from './link.ts';

/** A connection with its JetStream doors; every module under nats/ takes it as its first argument. */
export type Nats = {
  readonly connection: NatsConnection;
  /** The name that the server gave itself when it started: another one means that it was started anew. */
  readonly serverName: () => string;
  readonly jetstream: JetStreamClient;
  readonly manager: JetStreamManager;
  readonly log: Logger;
  /** Whether the connection stands, and word of its changes. */
  readonly link: Link;
  /** How long one request may take, waiting for a lost connection included. */
  readonly requestTimeoutMs: number;
  readonly metrics?: Metrics | undefined;
  /** Whether the server answers now. */
  healthy(): Promise<boolean>;
  /** Sends what is still buffered, then closes; closes at once when the server is away. */
  close(): Promise<void>;
};

export type NatsSettings = {
  readonly url: string;
  /** Shown in the server's list of connections. */
  readonly name: string;
  readonly log: Logger;
  /** How long one request to the server may take. */
  readonly requestTimeoutMs?: number;
  /** Whether it is told that the server is old: one part of a deployment does. */
  readonly tellsOldServer?: boolean;
  /** Where requests and lost connections are counted. */
  readonly metrics?: Metrics | undefined;
};

/** First server version with a time to live per key, which worker records use where it exists. */
const wanted = [2, 11] as const;

/**
 * Connects to nats-server and keeps reconnecting for as long as the process lives. Throws an Error
 * that names the address when the first connection fails, the server does not let us in or JetStream is off.
 * @example const nats = await connectNats({ url: 'nats://127.0.0.1:4222', name: 'gateway', log });
 */
export async function connectNats(settings: NatsSettings): Promise<Nats> {
  const { url, name, log, requestTimeoutMs = 5000, metrics } = settings;
  let connection: NatsConnection;
  try {
    connection = await connect({
      ...serversOf(url),
      name,
      timeout: requestTimeoutMs,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 250,
      reconnectJitter: 250,
      // A server that stopped without closing its sockets is noticed after two of these.
      pingInterval: 10_000,
      maxPingOut: 2,
      ignoreAuthErrorAbort: true,
      // A trace for every request, in case that it fails, is a twentieth of what the services do.
      noAsyncTraces: true,
    });
  } catch (error) {
    const where = `nats-server at ${withoutSecret(url)}`;
    const fault =
      error instanceof AuthorizationError
        ? `The ${where} refuses what LATHE_NATS_URL says as user and password, or as token.`
        : `Cannot reach ${where}.`;
    throw new Error(fault, { cause: error });
  }
  if (settings.tellsOldServer === true) warnOfOldServer(connection, log);
  const link = followLink(connection, log);
  link.on('down', () => metrics?.count('lathe_nats_disconnects_total', {}));
  try {
    const manager = await jetstreamManager(connection, { timeout: requestTimeoutMs });
    return {
      connection,
      serverName: () => connection.info?.server_id ?? '',
      jetstream: jetstream(connection, { timeout: requestTimeoutMs }),
      manager,
      log,
      link,
      requestTimeoutMs,
      metrics,
      healthy: () => answers(connection),
      close: () => closeConnection(connection),
    };
  } catch (error) {
    await connection.close();
    throw new Error(`nats-server at ${withoutSecret(url)} has JetStream switched off.`, {
      cause: error,
    });
  }
}

/** Addresses without the user part, and the user part (`token@` or `user:password@`) as credentials. */
function serversOf(url: string): {
  servers: string[];
  token?: string;
  user?: string;
  pass?: string;
} {
  const servers = url.split(',').map((server) => withoutSecret(server.trim()));
  const secret = /\/\/([^@/]*)@/.exec(url)?.[1];
  if (secret === undefined) return { servers };
  const [user = '', pass] = secret.split(':').map(decodeURIComponent);
  return pass === undefined ? { servers, token: user } : { servers, user, pass };
}

async function answers(connection: NatsConnection): Promise<boolean> {
  if (connection.isClosed()) return false;
  const timer = Promise.withResolvers<boolean>();
  const timeout = setTimeout(() => timer.resolve(false), 1000);
  try {
    return await Promise.race([
      connection.flush().then(
        () => true,
        () => false,
      ),
      timer.promise,
    ]);
  } finally {
    clearTimeout(timeout);
  }
}

async function closeConnection(connection: NatsConnection): Promise<void> {
  if (connection.isClosed()) return;
  // The server may go in the middle of it: then there is nobody to send anything to.
  if (await answers(connection)) await connection.drain().catch(() => connection.close());
  else await connection.close();
}

function withoutSecret(url: string): string {
  return url.replaceAll(/\/\/[^@/]*@/g, '//');
}

function warnOfOldServer(connection: NatsConnection, log: Logger): void {
  const version = connection.info?.version ?? '0.0.0';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < wanted[0] || (major === wanted[0] && minor < wanted[1]))
    log.warn(
      { version },
      `nats-server ${version} is older than ${wanted.join('.')}: keys do not expire by themselves`,
    );
}
