import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Metrics } from '../metrics.ts';
import type { Stoppable } from '../process/shutdown.ts';

/** A part that must work before a service is ready; resolves to a sentence when it does not. */
export type ReadyCheck = () => Promise<string | null>;

/** With an answer that says that something is not ready: when to ask again. */
export const retrySoon = { 'retry-after': '1' };

/** Every check's answer at one moment. */
export async function checkReady(
  checks: Readonly<Record<string, ReadyCheck>>,
): Promise<{ ready: boolean; problems: Record<string, string> }> {
  const problems: Record<string, string> = {};
  await Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      const problem = await check().catch((error: unknown) =>
        error instanceof Error ? error.message : String(error),
      );
      if (problem !== null) problems[name] = problem;
    }),
  );
  return { ready: Object.keys(problems).length === 0, problems };
}

/**
 * Serves `/healthz` (the process answers) and `/readyz` (every check passes, else 503 with the
 * problems), and `/metrics`, for services that have no HTTP of their own.
 * @example await startHealthServer({ host: '127.0.0.1', port: 9_000, metrics, checks: { disk: async () => null } });
 */
export async function startHealthServer(options: {
  readonly host: string;
  readonly port: number;
  readonly checks: Readonly<Record<string, ReadyCheck>>;
  /** Served at `/metrics`. */
  readonly metrics?: Metrics | undefined;
}): Promise<Stoppable & { readonly port: number }> {
  const { metrics } = options;
  const server = createServer((request, response) => {
    const reply = (status: number, body: unknown): void => {
      const headers = status === 503 ? retrySoon : {};
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify(body));
    };
    if (request.url === '/healthz') reply(200, { status: 'ok' });
    else if (request.url === '/readyz')
      void checkReady(options.checks).then(({ ready, problems }) =>
        reply(ready ? 200 : 503, { status: ready ? 'ready' : 'not ready', problems }),
      );
    else if (request.url === '/metrics' && metrics !== undefined)
      metrics.text().then(
        (text) => response.writeHead(200, { 'content-type': metrics.contentType }).end(text),
        (error: unknown) => reply(500, { status: String(error) }),
      );
    else reply(404, { status: 'not found' });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        new Error(
          `Health cannot be told on ${options.host}:${options.port} (${cause.code}): set LATHE_HEALTH_PORT.`,
          { cause },
        ),
      ),
    );
    server.listen(options.port, options.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}
