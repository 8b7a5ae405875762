import { listEvalsQuerySchema } from '@lathe/contracts/http/eval';
import { Hono } from 'hono';
import type { Bodies } from '../bodies/bodies.ts';
import {
  createEval,
  type EvalPorts,
  eraseEval,
  evalObject,
  getEval,
  listEvals,
  updateEval,
} from '../evals/evals.ts';
import type { RunPorts } from '../evals/runs.ts';
import { clientGone, type GatewayContext, type GatewayEnv, isRepeated } from '../http/http.ts';
import { parseRequest } from '../http/parse.ts';
import { readBytes } from '../http/request-body.ts';
import type { Listed } from '../record-lists.ts';
import type { GatewaySettings } from '../settings.ts';

export type EvalRoutePorts = EvalPorts &
  RunPorts &
  Listed<'evals' | 'evalRuns'> & { readonly bodies: Bodies };

/** /v1/evals */
export function evalRoutes(ports: EvalRoutePorts, settings: GatewaySettings): Hono<GatewayEnv> {
  const get = (c: GatewayContext) => getEval(ports, c.var.project, c.req.param('eval_id') ?? '');
  const read = async <Kind extends 'eval' | 'eval-update'>(c: GatewayContext, kind: Kind) => {
    const { project, requestId } = c.var;
    const bytes = await readBytes(c.env.incoming, settings);
    return ports.bodies.read<Kind>({ kind, bytes, project, requestId }, clientGone(c));
  };
  return new Hono<GatewayEnv>()
    .post('/', async (c) => {
      const body = await read(c, 'eval');
      const asked = {
        project: c.var.project,
        body,
        idempotencyKey: c.req.header('idempotency-key'),
        isRetry: isRepeated(c),
      };
      return c.json(evalObject(await createEval(ports, asked, settings)), 201);
    })
    .get('/', async (c) => {
      const query = parseRequest(listEvalsQuerySchema, c.req.query());
      return c.json(await listEvals(ports, c.var.project, query));
    })
    .get('/:eval_id', async (c) => c.json(evalObject(await get(c))))
    .post('/:eval_id', async (c) => {
      const record = await get(c);
      return c.json(evalObject(await updateEval(ports, record, await read(c, 'eval-update'))));
    })
    .delete('/:eval_id', async (c) => {
      const record = await get(c);
      await eraseEval(ports, record);
      return c.json({ object: 'eval.deleted', deleted: true, eval_id: record.id });
    });
}
