import { Hono } from 'hono';
import { datasetPage } from '../data-work/dataset-page.ts';
import { type ErasurePorts, eraseJob } from '../deletion/erasure.ts';
import { type GatewayEnv, streamBody } from '../http/http.ts';
import { getJob } from '../jobs/jobs.ts';
import { modelFile, modelFiles } from '../models/model-files.ts';
import { datasetReport, evaluationReport } from '../models/reports.ts';
import { pageHeaders } from '../pages/page-frame.ts';
import { verdictPage } from '../pages/verdict-page.ts';

/** /v1/lathe/jobs: what Lathe tells about a job beyond the OpenAI API. */
export function reportRoutes(ports: ErasurePorts): Hono<GatewayEnv> {
  return new Hono<GatewayEnv>()
    .delete('/:id', async (c) => c.json(await eraseJob(ports, c.var.project, c.req.param('id'))))
    .get('/:id/report', async (c) => {
      const job = await getJob(ports, c.var.project, c.req.param('id'));
      return c.json(await evaluationReport(ports.artifacts, job));
    })
    .get('/:id/report.html', async (c) => {
      const job = await getJob(ports, c.var.project, c.req.param('id'));
      const report = await evaluationReport(ports.artifacts, job);
      return c.body(verdictPage(report, job), 200, pageHeaders);
    })
    .get('/:id/dataset', async (c) => {
      const job = await getJob(ports, c.var.project, c.req.param('id'));
      return c.json(await datasetReport(ports.artifacts, job));
    })
    .get('/:id/dataset.html', async (c) => {
      const job = await getJob(ports, c.var.project, c.req.param('id'));
      return c.body(await datasetPage(ports, job), 200, pageHeaders);
    })
    .get('/:id/model', async (c) => {
      const job = await getJob(ports, c.var.project, c.req.param('id'));
      const { kind, base, files } = await modelFiles(ports.artifacts, job);
      const data = [...files].map(([name, { bytes, sha256 }]) => ({ name, bytes, sha256 }));
      return c.json({ object: 'lathe.model', kind, base, files: data });
    })
    .get('/:id/model/:file{.+}', async (c) => {
      const job = await getJob(ports, c.var.project, c.req.param('id'));
      const folder = await modelFiles(ports.artifacts, job);
      const { key, bytes } = modelFile(folder, c.req.param('file'));
      return c.body(streamBody(ports.artifacts.get(key)), 200, {
        'content-type': 'application/octet-stream',
        'content-length': String(bytes),
      });
    });
}
