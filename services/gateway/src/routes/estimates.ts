import { isOver } from '@lathe/contracts/record/data-work';
import { Hono } from 'hono';
import { waitForEnd } from '../data-work/data-work.ts';
import {
  creationRefusals,
  estimateBy,
  inspectionFor,
  refusedEstimate,
} from '../data-work/estimates.ts';
import { clientGone, type GatewayEnv } from '../http/http.ts';
import { readBytes } from '../http/request-body.ts';
import type { JobBriefs } from '../jobs/job-briefs.ts';
import type { GatewaySettings } from '../settings.ts';
import type { InspectionPorts } from './inspections.ts';

/** /v1/fine_tuning/jobs/estimate */
export function estimateRoutes(
  ports: InspectionPorts & { readonly jobBriefs: JobBriefs },
  settings: GatewaySettings,
): Hono<GatewayEnv> {
  return new Hono<GatewayEnv>().post('/', async (c) => {
    const { project, requestId } = c.var;
    const signal = clientGone(c);
    const bytes = await readBytes(c.env.incoming, settings);
    const { body } = await ports.bodies.read({ kind: 'job', bytes, project, requestId }, signal);
    const asked = { project, requestId, body };
    const refusals = await creationRefusals(ports, asked);
    if (refusals.length > 0) return c.json(refusedEstimate(body, refusals));
    const begun = await inspectionFor(ports, asked, settings);
    const waiting = { waitMs: settings.inspectWaitMs, pollMs: settings.cancelPollMs, signal };
    const work = await waitForEnd<'inspect'>(ports, begun, waiting);
    return c.json(await estimateBy(ports, asked, work), isOver(work) ? 200 : 202);
  });
}
