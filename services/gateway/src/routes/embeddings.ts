import { embeddingRequestSchema } from '@lathe/contracts/http/embedding';
import { Hono } from 'hono';
import { type EmbeddingPorts, embed } from '../embeddings.ts';
import { clientGone, type GatewayEnv, limitsTeller } from '../http.ts';
import { parseRequest } from '../parse.ts';
import { type BodyLimits, readJson } from '../request-body.ts';

/** /v1/embeddings */
export function embeddingRoutes(ports: EmbeddingPorts, limits: BodyLimits): Hono<GatewayEnv> {
  return new Hono<GatewayEnv>().post('/', async (c) => {
    const body = parseRequest(embeddingRequestSchema, await readJson(c.env.incoming, limits));
    const { project, requestId } = c.var;
    const asker = { project, requestId, signal: clientGone(c), onLimits: limitsTeller(c) };
    return c.json(await embed(ports, asker, body));
  });
}
