import type { Pool } from '@lathe/contracts/http/worker';
import { Hono } from 'hono';
import type { GatewayEnv } from '../http/http.ts';
import { momentOf, type ShownPorts } from '../jobs/shown-jobs.ts';
import { projectQueues } from '../jobs/waiting-line.ts';
import { shownWorkers } from '../workers.ts';

/** /v1/lathe/workers: the pool that trains, and what waits for it. */
export function workerRoutes(ports: ShownPorts): Hono<GatewayEnv> {
  return new Hono<GatewayEnv>().get('/', async (c) => {
    const { project } = c.var;
    const moment = await momentOf(ports);
    const data = shownWorkers(moment.workers, project);
    return c.json({ object: 'list', data, queue: projectQueues(moment, project) } satisfies Pool);
  });
}
