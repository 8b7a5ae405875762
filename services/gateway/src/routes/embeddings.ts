import { Hono } from 'hono';
import type { Bodies } from '../bodies/bodies.ts';
import { type EmbeddingPorts, embed } from '../chat/embeddings.ts';
import { clientGone, type GatewayEnv, limitsTeller, streamBody } from '../http/http.ts';
import { type BodyLimits, readBytes } from '../http/request-body.ts';

/** /v1/embeddings */
export function embeddingRoutes(
  ports: EmbeddingPorts & { readonly bodies: Bodies },
  limits: BodyLimits,
): Hono<GatewayEnv> {
  return new Hono<GatewayEnv>().post('/', async (c) => {
    const { project, requestId } = c.var;
    const asker = { project, requestId, signal: clientGone(c), onLimits: limitsTeller(c) };
    const bytes = await readBytes(c.env.incoming, limits);
    const task = { kind: 'embedding', bytes, project, requestId } as const;
    const request = await ports.bodies.read(task, asker.signal);
    return c.body(streamBody(await embed(ports, asker, request)), 200, {
      'content-type': 'application/json',
    });
  });
}
