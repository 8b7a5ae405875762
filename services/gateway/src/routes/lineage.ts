import { isId } from '@lathe/contracts/id';
import type { Records } from '@lathe/platform/records';
import { Hono } from 'hono';
import type { GatewayEnv } from '../http/http.ts';
import { type LineagePorts, relationsOf } from '../lineage/relations.ts';
import { relativesOf } from '../lineage/relatives.ts';

/** /v1/lathe/lineage: of what something was made, and what was made of it. Names of models may hold slashes. */
export function lineageGraphRoutes(
  ports: LineagePorts & Pick<Records, 'checkpoints'>,
): Hono<GatewayEnv> {
  return new Hono<GatewayEnv>().get('/:id{.+}', async (c) => {
    const { project } = c.var;
    const asked = c.req.param('id');
    const checkpoints = isId('checkpoint', asked) ? await ports.checkpoints.list(project) : [];
    const id = checkpoints.find(({ value }) => value.id === asked)?.value.model ?? asked;
    return c.json(relativesOf(await relationsOf(ports, project), id));
  });
}
