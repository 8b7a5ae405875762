import { listKeysQuerySchema } from '@lathe/contracts/http/key';
import type { Logger } from '@lathe/platform/log';
import { Hono } from 'hono';
import type { Bodies } from '../bodies/bodies.ts';
import { clientGone, type GatewayEnv } from '../http/http.ts';
import { parseRequest } from '../http/parse.ts';
import { readBytes } from '../http/request-body.ts';
import { createKey, currentKey, type KeyPorts, listKeys, revokeKey } from '../keys/keys.ts';
import type { GatewaySettings } from '../settings.ts';

export type KeyRoutePorts = KeyPorts & { readonly bodies: Bodies; readonly log: Logger };

/** /v1/lathe/keys: the keys of the asking one's project. Who made and revoked which is logged. */
export function keyRoutes(ports: KeyRoutePorts, settings: GatewaySettings): Hono<GatewayEnv> {
  return new Hono<GatewayEnv>()
    .post('/', async (c) => {
      const { project, requestId, caller } = c.var;
      const bytes = await readBytes(c.env.incoming, settings);
      const body = await ports.bodies.read(
        { kind: 'key', bytes, project, requestId },
        clientGone(c),
      );
      const made = await createKey(ports, { caller, requestId, body }, settings);
      const about = { keyId: made.id, project: made.project, role: made.role, by: caller.keyId };
      ports.log.info(about, 'a key was made');
      return c.json(made);
    })
    .get('/', async (c) => {
      const query = parseRequest(listKeysQuerySchema, c.req.query());
      return c.json(await listKeys(ports, c.var.caller, query));
    })
    .get('/current', async (c) => c.json(await currentKey(ports, c.var.caller)))
    .delete('/:key_id', async (c) => {
      const { caller } = c.var;
      const id = c.req.param('key_id');
      const project = await revokeKey(ports, caller, id);
      ports.log.info({ keyId: id, project, by: caller.keyId }, 'a key was revoked');
      return c.json({ id, object: 'lathe.key', deleted: true });
    });
}
