import { checkReady, type ReadyCheck, retrySoon } from '@lathe/platform/health';
import { Hono } from 'hono';
import type { GatewayEnv } from '../http/http.ts';

/** What is wrong with each other part of the platform that is not well, as far as this process is told. */
export type PartProblems = () => Readonly<Record<string, string>>;

export type HealthPorts = {
  readonly checks: Readonly<Record<string, ReadyCheck>>;
  readonly parts: PartProblems;
};

/**
 * /healthz: the process answers. /readyz: what it stands on answers too and every part is well, else 503 with the
 * problems.
 */
export function healthRoutes({ checks, parts }: HealthPorts): Hono<GatewayEnv> {
  return new Hono<GatewayEnv>()
    .get('/healthz', (c) => c.json({ status: 'ok' }))
    .get('/readyz', async (c) => {
      const problems = { ...parts(), ...(await checkReady(checks)).problems };
      const ready = Object.keys(problems).length === 0;
      return c.json(
        { status: ready ? 'ready' : 'not ready', problems },
        ready ? 200 : 503,
        ready ? {} : retrySoon,
      );
    });
}
