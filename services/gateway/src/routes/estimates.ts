import { Hono } from 'hono';
import type { Bodies } from '../bodies/bodies.ts';
import type { EstimatePorts } from '../data-work/estimates.ts';
import type { CriteriaPorts } from '../evals/criteria.ts';
import { clientGone, type GatewayEnv } from '../http/http.ts';
import { readBytes } from '../http/request-body.ts';
import type { GatewaySettings } from '../settings.ts';
import { answerEstimate } from './answer-estimate.ts';

/** /v1/fine_tuning/jobs/estimate */
export function estimateRoutes(
  ports: EstimatePorts & CriteriaPorts & { readonly bodies: Bodies },
  settings: GatewaySettings,
): Hono<GatewayEnv> {
  return new Hono<GatewayEnv>().post('/', async (c) => {
    const { project, requestId } = c.var;
    const bytes = await readBytes(c.env.incoming, settings);
    const asked = { kind: 'job', bytes, project, requestId } as const;
    const { body } = await ports.bodies.read(asked, clientGone(c));
    return answerEstimate(c, { ports, body, settings });
  });
}
