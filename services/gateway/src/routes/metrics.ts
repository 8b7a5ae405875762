import { LatheError } from '@lathe/contracts/error';
import type { Metrics } from '@lathe/platform/metrics';
import { Hono } from 'hono';
import { findCaller, presentedHash, storedKey, unknownKey } from '../http/authenticate.ts';
import type { GatewayEnv } from '../http/http.ts';

const loopback = /^(::ffff:)?127\.|^::1$/;

/**
 * The gateway's metrics, which tell of all projects: no project's key opens them. With a key of their own they are for
 * whoever has it, and without one for programs on this machine.
 */
export function metricsRoutes(metrics: Metrics, key: string | null): Hono<GatewayEnv> {
  const keys =
    key === null
      ? []
      : [storedKey(key, { keyId: 'LATHE_METRICS_KEY', project: 'metrics', role: 'member' })];
  return new Hono<GatewayEnv>().get('/metrics', async (c) => {
    if (key !== null) {
      if (findCaller(presentedHash(c.req.header('authorization')), keys) === undefined)
        throw unknownKey();
    } else {
      const from = c.env.incoming.socket.remoteAddress ?? '';
      // A proxy on this machine speaks for others.
      const isForwarded = ['x-forwarded-for', 'forwarded'].some((name) => c.req.header(name));
      if (!loopback.test(from) || isForwarded)
        throw new LatheError(
          'invalid_api_key',
          'Metrics are for programs on the machine of the service unless LATHE_METRICS_KEY is set.',
        );
    }
    return c.body(await metrics.text(), 200, { 'content-type': metrics.contentType });
  });
}
