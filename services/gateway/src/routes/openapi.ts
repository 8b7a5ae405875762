import { Hono } from 'hono';
import type { GatewayEnv } from '../http/http.ts';
import { openApiDocument } from '../openapi/document.ts';

/** /v1/openapi.json: the description of all routes, made when it is first asked for. */
export function openApiRoutes(routes: () => readonly string[]): Hono<GatewayEnv> {
  let made: ReturnType<typeof openApiDocument> | undefined;
  return new Hono<GatewayEnv>().get('/', (c) => {
    made ??= openApiDocument(routes());
    return c.json(made);
  });
}
