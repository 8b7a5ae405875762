import { LatheError } from '@lathe/contracts/error';
import { JetStreamApiError } from '@nats-io/jetstream';
import {
  ClosedConnectionError,
  ConnectionError,
  DrainingConnectionError,
  type NatsConnection,
  NoRespondersError,
  RequestError,
  TimeoutError,
} from '@nats-io/nats-core';
import type { Logger } from '../log/log.ts';
import { type Metrics, timed } from '../metrics.ts';

/** Whether a connection stands, and word of every change. */
export type Link = {
  isUp(): boolean;
  /** Calls back when the connection is lost (`down`) or back (`up`). Returns the end of it. */
  on(change: 'up' | 'down', callback: () => void): () => void;
};

/** Follows a connection's state for as long as it lives, and logs it. */
export function followLink(connection: NatsConnection, log: Logger): Link {
  let up = true;
  const callbacks = { up: new Set<() => void>(), down: new Set<() => void>() };
  const change = (to: 'up' | 'down'): void => {
    up = to === 'up';
    for (const callback of [...callbacks[to]]) callback();
  };
  const follow = async (): Promise<void> => {
    for await (const status of connection.status()) {
      if (status.type === 'disconnect') {
        log.warn('lost the connection to nats-server');
        change('down');
      } else if (status.type === 'reconnect') {
        log.info('connected to nats-server again');
        change('up');
      } else if (status.type === 'error')
        log.error({ err: status.error }, 'nats-server reported an error');
      else if (status.type === 'slowConsumer')
        log.warn('messages of nats-server arrive faster than they are read');
    }
    change('down');
  };
  follow().catch((error: unknown) => log.error({ err: error }, 'lost sight of the connection'));
  return {
    isUp: () => up,
    on: (to, callback) => {
      callbacks[to].add(callback);
      return () => void callbacks[to].delete(callback);
    },
  };
}

class LinkLostError extends Error {}

/** What `ask` needs of a connection (nats/connection.ts). */
export type Askable = {
  readonly connection: NatsConnection;
  readonly link: Link;
  readonly requestTimeoutMs: number;
  /** Where the time of requests is counted. */
  readonly metrics?: Metrics | undefined;
};

/**
 * Makes a request that may be made again: the client forgets requests when the connection breaks, and
 * would let each wait for its whole timeout. `attempt` is 1 at first; from 2 on, the server may have
 * carried out an earlier one. Throws `unavailable` when the server stays away for the request timeout.
 */
export function ask<T>(nats: Askable, request: (attempt: number) => Promise<T>): Promise<T> {
  return timed(
    () => askUntilAnswered(nats, request),
    (outcome, seconds) => nats.metrics?.observe('lathe_nats_request_seconds', { outcome }, seconds),
  );
}

async function askUntilAnswered<T>(
  nats: Askable,
  request: (attempt: number) => Promise<T>,
): Promise<T> {
  const deadline = performance.now() + nats.requestTimeoutMs;
  for (let attempt = 1; ; attempt++) {
    try {
      if (!nats.link.isUp()) await linkUp(nats.link, deadline - performance.now());
      return await untilLost(nats.link, () => request(attempt));
    } catch (error) {
      if (!isAbsence(error)) throw error;
      const { connection } = nats;
      const over = connection.isClosed() || connection.isDraining();
      if (over || performance.now() >= deadline)
        throw new LatheError('unavailable', 'The message server does not answer; try again soon.', {
          cause: error,
        });
      // JetStream may need a moment after its server is back.
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Carries out a request, and throws as soon as the connection is lost instead of waiting for the timeout. */
export async function untilLost<T>(link: Link, act: () => Promise<T>): Promise<T> {
  const lost = Promise.withResolvers<never>();
  const forget = link.on('down', () => lost.reject(new LinkLostError('the connection was lost')));
  try {
    return await Promise.race([act(), lost.promise]);
  } finally {
    forget();
  }
}

/**
 * Stops a reading when the signal aborts and when the connection comes back, since what was asked of one that broke
 * may stay silent for ever. Disposed of, it stops the reading too.
 */
export function stopping(
  { link }: Pick<Askable, 'link'>,
  signal: AbortSignal,
  stop: () => void,
): Disposable {
  signal.addEventListener('abort', stop, { once: true });
  const forget = link.on('up', stop);
  if (signal.aborted) stop();
  return {
    [Symbol.dispose]() {
      signal.removeEventListener('abort', stop);
      forget();
      stop();
    },
  };
}

async function linkUp(link: Link, withinMs: number): Promise<void> {
  const waiting = Promise.withResolvers<void>();
  const forget = link.on('up', waiting.resolve);
  const timer = setTimeout(
    () => waiting.reject(new LinkLostError('the connection is lost')),
    Math.max(0, withinMs),
  );
  try {
    await waiting.promise;
  } finally {
    forget();
    clearTimeout(timer);
  }
}

/** Errors that say nothing about the request, only that no server answered it. */
export function isAbsence(error: unknown): boolean {
  return (
    error instanceof LinkLostError ||
    error instanceof TimeoutError ||
    error instanceof NoRespondersError ||
    error instanceof ConnectionError ||
    error instanceof ClosedConnectionError ||
    error instanceof DrainingConnectionError ||
    error instanceof RequestError ||
    // 503: JetStream is not ready yet, or a cluster has no leader at this moment.
    (error instanceof JetStreamApiError && error.status === 503)
  );
}
