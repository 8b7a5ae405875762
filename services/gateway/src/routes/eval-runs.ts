import {
  exportRunQuerySchema,
  listItemsQuerySchema,
  listRunsQuerySchema,
} from '@lathe/contracts/http/eval-run';
import { Hono } from 'hono';
import { createRun } from '../evals/create-run.ts';
import { getEval } from '../evals/evals.ts';
import { exportRun } from '../evals/export-run.ts';
import { getItem, itemPage } from '../evals/output-items.ts';
import { type RunView, runObject, runPage } from '../evals/run-object.ts';
import { runReport } from '../evals/run-page.ts';
import { cancelRun, eraseRun, getRun, listRuns } from '../evals/runs.ts';
import {
  clientGone,
  type GatewayContext,
  type GatewayEnv,
  isRepeated,
  streamBody,
} from '../http/http.ts';
import { parseRequest } from '../http/parse.ts';
import { readBytes } from '../http/request-body.ts';
import { pageHeaders } from '../pages/page-frame.ts';
import type { GatewaySettings } from '../settings.ts';
import type { EvalRoutePorts } from './evals.ts';

/** /v1/evals/{eval_id}/runs */
export function evalRunRoutes(ports: EvalRoutePorts, settings: GatewaySettings): Hono<GatewayEnv> {
  const ofEval = (c: GatewayContext) => getEval(ports, c.var.project, c.req.param('eval_id') ?? '');
  const get = async (c: GatewayContext) => {
    const { id: evalId, project } = await ofEval(c);
    return getRun(ports, { project, evalId, id: c.req.param('run_id') ?? '' });
  };
  const view = (c: GatewayContext): RunView => ({ ...ports, origin: originOf(c) });
  const cancel = async (c: GatewayContext) =>
    c.json(await runObject(view(c), await cancelRun(ports, await get(c))));
  return (
    new Hono<GatewayEnv>()
      .post('/', async (c) => {
        const of = await ofEval(c);
        const { project, requestId } = c.var;
        const signal = clientGone(c);
        const bytes = await readBytes(c.env.incoming, settings);
        const asked = { kind: 'eval-run', bytes, project, requestId } as const;
        const request = {
          ...(await ports.bodies.read(asked, signal)),
          ...{ of, requestId },
          idempotencyKey: c.req.header('idempotency-key'),
          isRetry: isRepeated(c),
        };
        return c.json(await runObject(view(c), await createRun(ports, request, settings)), 201);
      })
      .get('/', async (c) => {
        const of = await ofEval(c);
        const query = parseRequest(listRunsQuerySchema, c.req.query());
        return c.json(await runPage(view(c), await listRuns(ports, of, query)));
      })
      .get('/:run_id', async (c) => c.json(await runObject(view(c), await get(c))))
      // Clients up to major 6 cancel by the first path, later ones by the second.
      .post('/:run_id', cancel)
      .post('/:run_id/cancel', cancel)
      .delete('/:run_id', async (c) => {
        const run = await get(c);
        await eraseRun(ports, run);
        return c.json({ object: 'eval.run.deleted', deleted: true, run_id: run.id });
      })
      .get('/:run_id/report.html', async (c) => {
        const [{ name }, run] = [await ofEval(c), await get(c)];
        return c.body(await runReport(ports, { evalName: name, run }), 200, pageHeaders);
      })
      .get('/:run_id/export', async (c) => {
        const { format } = parseRequest(exportRunQuerySchema, c.req.query());
        const [{ name: evalName }, run] = [await ofEval(c), await get(c)];
        const rows = exportRun(ports, { run, evalName, origin: originOf(c) }, format);
        const type = format === 'jsonl' ? 'application/jsonl' : 'application/yaml';
        return c.body(streamBody(rows), 200, { 'content-type': type });
      })
      .get('/:run_id/output_items', async (c) => {
        const run = await get(c);
        const query = parseRequest(listItemsQuerySchema, c.req.query());
        return c.json(await itemPage(ports, run, query));
      })
      .get('/:run_id/output_items/:output_item_id', async (c) =>
        c.json(await getItem(ports, await get(c), c.req.param('output_item_id'))),
      )
  );
}

/** This service's address as the client has it; what stands before it may have taken the encryption off. */
function originOf(c: GatewayContext): string {
  const { protocol, host } = new URL(c.req.url);
  const isSecure = c.req.header('x-forwarded-proto') === 'https';
  return `${isSecure ? 'https:' : protocol}//${host}`;
}
