import { Hono } from 'hono';
import type { Bodies } from '../bodies/bodies.ts';
import { type ImportPorts, importEval } from '../evals/import-eval.ts';
import { clientGone, type GatewayEnv, isRepeated } from '../http/http.ts';
import { readBytes } from '../http/request-body.ts';
import type { GatewaySettings } from '../settings.ts';

/** /v1/lathe/evals */
export function evalImportRoutes(
  ports: ImportPorts & { readonly bodies: Bodies },
  settings: GatewaySettings,
): Hono<GatewayEnv> {
  return new Hono<GatewayEnv>().post('/import', async (c) => {
    const { project, requestId } = c.var;
    const bytes = await readBytes(c.env.incoming, settings);
    const { runsPython } = ports.graders;
    const body = { kind: 'eval-import', bytes, project, requestId, runsPython } as const;
    const read = await ports.bodies.read(body, clientGone(c));
    const request = {
      ...{ project, read },
      idempotencyKey: c.req.header('idempotency-key'),
      isRetry: isRepeated(c),
    };
    return c.json(await importEval(ports, request, settings), 201);
  });
}
