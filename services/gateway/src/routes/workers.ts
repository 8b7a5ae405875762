import type { Pool } from '@lathe/contracts/http/worker';
import { Hono } from 'hono';
import { type EvaluatorPorts, shownEvaluators } from '../evaluators.ts';
import type { GatewayEnv } from '../http/http.ts';
import { momentOf, type ShownPorts } from '../jobs/shown-jobs.ts';
import { projectQueues } from '../jobs/waiting-line.ts';
import { shownWorkers } from '../workers.ts';

/** /v1/lathe/workers: the pool that trains and what waits for it, and which models evaluators have in memory. */
export function workerRoutes(ports: ShownPorts & EvaluatorPorts): Hono<GatewayEnv> {
  return new Hono<GatewayEnv>().get('/', async (c) => {
    const { project, caller } = c.var;
    const moment = await momentOf(ports);
    const evaluators = await shownEvaluators(ports, caller);
    const data = shownWorkers(moment.workers, project);
    const queue = projectQueues(moment, project);
    return c.json({ object: 'list', data, evaluators, queue } satisfies Pool);
  });
}
