import { Hono } from 'hono';
import type { GatewayEnv } from '../http.ts';
import { getJob, type JobPorts } from '../jobs.ts';
import { datasetReport, evaluationReport } from '../reports.ts';

/** /v1/lathe/jobs: what Lathe tells about a job beyond the OpenAI API. */
export function reportRoutes(ports: Pick<JobPorts, 'jobs' | 'artifacts'>): Hono<GatewayEnv> {
  return new Hono<GatewayEnv>()
    .get('/:id/report', async (c) => {
      const job = await getJob(ports, c.var.project, c.req.param('id'));
      return c.json(await evaluationReport(ports.artifacts, job));
    })
    .get('/:id/dataset', async (c) => {
      const job = await getJob(ports, c.var.project, c.req.param('id'));
      return c.json(await datasetReport(ports.artifacts, job));
    });
}
