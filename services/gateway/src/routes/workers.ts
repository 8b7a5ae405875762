import { Hono } from 'hono';
import type { GatewayEnv } from '../http/http.ts';
import { listWorkers, type WorkerPorts } from '../workers.ts';

/** /v1/lathe/workers: the pool that trains. */
export function workerRoutes(ports: WorkerPorts): Hono<GatewayEnv> {
  return new Hono<GatewayEnv>().get('/', async (c) =>
    c.json({ object: 'list', data: await listWorkers(ports, c.var.project) }),
  );
}
