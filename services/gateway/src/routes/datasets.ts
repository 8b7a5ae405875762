import { listDatasetsQuerySchema } from '@lathe/contracts/http/dataset';
import { page } from '@lathe/contracts/http/list';
import { Hono } from 'hono';
import type { Bodies } from '../bodies/bodies.ts';
import {
  cancelDataWork,
  createDataWork,
  type DataWorkPorts,
  eraseDataWork,
  getDataWork,
  listDataWork,
} from '../data-work/data-work.ts';
import {
  datasetInput,
  datasetObject,
  lineageOf,
  listedDataset,
  type WriterPorts,
} from '../data-work/datasets.ts';
import type { FilePorts } from '../files/files.ts';
import { clientGone, type GatewayContext, type GatewayEnv } from '../http/http.ts';
import { parseRequest } from '../http/parse.ts';
import { readBytes } from '../http/request-body.ts';
import type { Listed } from '../record-lists.ts';
import type { GatewaySettings } from '../settings.ts';

export type DatasetPorts = FilePorts &
  DataWorkPorts &
  WriterPorts &
  Listed<'dataWork'> & { readonly bodies: Bodies };

/** /v1/lathe/datasets */
export function datasetRoutes(ports: DatasetPorts, settings: GatewaySettings): Hono<GatewayEnv> {
  const get = (c: GatewayContext) =>
    getDataWork(ports, c.var.project, { kind: 'dataset', id: c.req.param('id') ?? '' });
  return new Hono<GatewayEnv>()
    .post('/', async (c) => {
      const { project, requestId } = c.var;
      const bytes = await readBytes(c.env.incoming, settings);
      const asked = { kind: 'dataset', bytes, project, requestId } as const;
      const request = await ports.bodies.read(asked, clientGone(c));
      const input = await datasetInput(ports, project, request);
      const work = await createDataWork(ports, { project, requestId, input }, settings);
      return c.json(await datasetObject(ports, work));
    })
    .get('/', async (c) => {
      const query = parseRequest(listDatasetsQuerySchema, c.req.query());
      const { items, hasMore } = await listDataWork(ports, c.var.project, {
        ...query,
        kind: 'dataset',
        file: undefined,
      });
      return c.json(page(items.map(listedDataset), hasMore));
    })
    .get('/:id', async (c) => c.json(await datasetObject(ports, await get(c))))
    .post('/:id/cancel', async (c) =>
      c.json(await datasetObject(ports, await cancelDataWork<'dataset'>(ports, await get(c)))),
    )
    .delete('/:id', async (c) => {
      const work = await get(c);
      await eraseDataWork(ports, work);
      return c.json({ id: work.id, object: 'lathe.dataset', deleted: true });
    });
}

/** /v1/lathe/files: what a file was made of. */
export function lineageRoutes(ports: FilePorts): Hono<GatewayEnv> {
  return new Hono<GatewayEnv>().get('/:id/lineage', async (c) =>
    c.json(await lineageOf(ports, c.var.project, c.req.param('id'))),
  );
}
