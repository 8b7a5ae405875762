import { Hono } from 'hono';
import type { GatewayEnv } from '../http/http.ts';
import { type OpenApiDocument, openApiDocument } from '../openapi/document.ts';
import { referencePage } from '../openapi/reference-page.ts';
import type { Page } from '../pages/page-frame.ts';

/** /v1/openapi.json and /docs: the description of all routes, for programs and for people, made when it is first asked for. */
export function openApiRoutes(routes: () => readonly string[]): Hono<GatewayEnv> {
  let made: OpenApiDocument | undefined;
  let page: Page | undefined;
  const document = (): OpenApiDocument => {
    made ??= openApiDocument(routes());
    return made;
  };
  return new Hono<GatewayEnv>()
    .get('/v1/openapi.json', (c) => c.json(document()))
    .get('/docs', (c) => {
      page ??= referencePage(document());
      return c.body(page.text, 200, page.headers);
    });
}
