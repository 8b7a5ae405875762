import { Hono } from 'hono';
import type { Bodies } from '../bodies/bodies.ts';
import { type EmbeddingPorts, embed } from '../chat/embeddings.ts';
import { type GatewayEnv, streamBody } from '../http/http.ts';
import type { BodyLimits } from '../http/request-body.ts';
import { readAsked } from './asked.ts';

/** /v1/embeddings */
export function embeddingRoutes(
  ports: EmbeddingPorts & { readonly bodies: Bodies },
  limits: BodyLimits,
): Hono<GatewayEnv> {
  return new Hono<GatewayEnv>().post('/', async (c) => {
    const { asker, request } = await readAsked(c, 'embedding', { ...ports, limits });
    return c.body(streamBody(await embed(ports, asker, request)), 200, {
      'content-type': 'application/json',
    });
  });
}
