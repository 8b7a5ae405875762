import { checkReady, type ReadyCheck } from '@lathe/platform/health';
import { Hono } from 'hono';
import type { GatewayEnv } from '../http.ts';

/** /healthz: the process answers. /readyz: what it stands on answers too, else 503 with the problems. */
export function healthRoutes(checks: Readonly<Record<string, ReadyCheck>>): Hono<GatewayEnv> {
  return new Hono<GatewayEnv>()
    .get('/healthz', (c) => c.json({ status: 'ok' }))
    .get('/readyz', async (c) => {
      const { ready, problems } = await checkReady(checks);
      return c.json({ status: ready ? 'ready' : 'not ready', problems }, ready ? 200 : 503);
    });
}
