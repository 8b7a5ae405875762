import { Hono } from 'hono';
import type { GatewayEnv } from '../http/http.ts';
import { deleteModel, listModels, type ModelPorts, namedModelObject } from '../models/models.ts';
import type { Listed } from '../record-lists.ts';

/** /v1/models. Names may hold slashes, raw or encoded, so the rest of the path is the name. */
export function modelRoutes(ports: ModelPorts & Listed<'models'>): Hono<GatewayEnv> {
  return new Hono<GatewayEnv>()
    .get('/', async (c) => c.json({ object: 'list', data: await listModels(ports, c.var.project) }))
    .get('/:name{.+}', async (c) =>
      c.json(await namedModelObject(ports, c.var.project, c.req.param('name'))),
    )
    .delete('/:name{.+}', async (c) => {
      const id = c.req.param('name');
      await deleteModel(ports, c.var.project, id);
      return c.json({ id, object: 'model', deleted: true });
    });
}
