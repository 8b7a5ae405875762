import type { Metrics } from '@lathe/platform/metrics';
import { Hono } from 'hono';
import { authenticate, type StoredKey } from '../authenticate.ts';
import type { GatewayEnv } from '../http.ts';

const loopback = /^(::ffff:)?127\.|^::1$/;

/** The gateway's metrics: for programs on this machine, and for whoever has a key. */
export function metricsRoutes(metrics: Metrics, keys: readonly StoredKey[]): Hono<GatewayEnv> {
  return new Hono<GatewayEnv>().get('/metrics', async (c) => {
    const from = c.env.incoming.socket.remoteAddress ?? '';
    // A proxy on this machine speaks for others: what it forwards needs a key.
    const isLocal = loopback.test(from) && c.req.header('x-forwarded-for') === undefined;
    if (!isLocal) authenticate(c.req.header('authorization'), keys);
    return c.body(await metrics.text(), 200, { 'content-type': metrics.contentType });
  });
}
