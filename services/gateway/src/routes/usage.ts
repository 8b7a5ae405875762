import { usageQuerySchema } from '@lathe/contracts/http/usage';
import { Hono } from 'hono';
import type { GatewayEnv } from '../http/http.ts';
import { parseRequest } from '../http/parse.ts';
import { type UsagePorts, usageOf } from '../usage/usage.ts';

/** /v1/lathe/usage: what a project used, day by day. */
export function usageRoutes(ports: UsagePorts): Hono<GatewayEnv> {
  return new Hono<GatewayEnv>().get('/', async (c) => {
    const query = parseRequest(usageQuerySchema.strict(), c.req.query());
    return c.json(await usageOf(ports, c.var.project, query));
  });
}
