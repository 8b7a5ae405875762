import { listBatchesQuerySchema } from '@lathe/contracts/http/batch';
import { Hono } from 'hono';
import type { BatchPorts, BatchSettings } from '../batches/batch-ports.ts';
import { batchObject, cancelBatch, getBatch, listBatches } from '../batches/batches.ts';
import { createBatch } from '../batches/create-batch.ts';
import { clientGone, type GatewayEnv, isRepeated } from '../http/http.ts';
import { parseRequest } from '../http/parse.ts';
import { type BodyLimits, readBytes } from '../http/request-body.ts';
import type { Listed } from '../record-lists.ts';

/** /v1/batches */
export function batchRoutes(
  ports: BatchPorts & Listed<'batches'>,
  settings: BatchSettings & BodyLimits,
): Hono<GatewayEnv> {
  return new Hono<GatewayEnv>()
    .post('/', async (c) => {
      const { project, requestId } = c.var;
      const bytes = await readBytes(c.env.incoming, settings);
      const asked = { kind: 'batch', bytes, project, requestId } as const;
      const request = {
        ...{ body: await ports.bodies.read(asked, clientGone(c)), project, requestId },
        idempotencyKey: c.req.header('idempotency-key'),
        isRetry: isRepeated(c),
      };
      return c.json(batchObject(await createBatch(ports, request, settings)));
    })
    .get('/', async (c) => {
      const query = parseRequest(listBatchesQuerySchema, c.req.query());
      return c.json(await listBatches(ports, c.var.project, query));
    })
    .get('/:batch_id', async (c) =>
      c.json(batchObject(await getBatch(ports, c.var.project, c.req.param('batch_id')))),
    )
    .post('/:batch_id/cancel', async (c) => {
      const batch = await getBatch(ports, c.var.project, c.req.param('batch_id'));
      return c.json(batchObject(await cancelBatch(ports, batch)));
    });
}
