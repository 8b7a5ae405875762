import { listAliasesQuerySchema } from '@lathe/contracts/http/alias';
import { Hono } from 'hono';
import type { Bodies } from '../bodies/bodies.ts';
import { clientGone, type GatewayEnv } from '../http/http.ts';
import { parseRequest } from '../http/parse.ts';
import { readBytes } from '../http/request-body.ts';
import {
  type AliasPorts,
  aliasObject,
  deleteAlias,
  listAliases,
  setAlias,
} from '../models/aliases.ts';
import type { GatewaySettings } from '../settings.ts';

/** /v1/lathe/aliases. Names may hold slashes, raw or encoded, so the rest of the path is the name. */
export function aliasRoutes(
  ports: AliasPorts & { readonly bodies: Bodies },
  settings: GatewaySettings,
): Hono<GatewayEnv> {
  return new Hono<GatewayEnv>()
    .post('/', async (c) => {
      const { project, requestId } = c.var;
      const bytes = await readBytes(c.env.incoming, settings);
      const asked = { kind: 'alias', bytes, project, requestId } as const;
      const body = await ports.bodies.read(asked, clientGone(c));
      return c.json(await aliasObject(ports, await setAlias(ports, { project, body }, settings)));
    })
    .get('/', async (c) => {
      const query = parseRequest(listAliasesQuerySchema, c.req.query());
      return c.json(await listAliases(ports, c.var.project, query));
    })
    .delete('/:alias{.+}', async (c) => {
      const id = c.req.param('alias');
      await deleteAlias(ports, c.var.project, id);
      return c.json({ id, object: 'lathe.alias', deleted: true });
    });
}
