import type { CreateJob } from '@lathe/contracts/http/fine-tuning';
import { isOver } from '@lathe/contracts/record/data-work';
import { waitForEnd } from '../data-work/data-work.ts';
import {
  creationRefusals,
  type EstimatePorts,
  estimateBy,
  inspectionFor,
  refusedEstimate,
} from '../data-work/estimates.ts';
import type { CriteriaPorts } from '../evals/criteria.ts';
import { clientGone, type GatewayContext } from '../http/http.ts';
import type { GatewaySettings } from '../settings.ts';
import { checkMethod } from './method-check.ts';

/** What a job is likely to be, and what it would be refused for, without creating it: 202 while its files are read. */
export async function answerEstimate(
  c: GatewayContext,
  {
    ports,
    body,
    settings,
  }: {
    readonly ports: EstimatePorts & CriteriaPorts;
    readonly body: CreateJob;
    readonly settings: GatewaySettings;
  },
): Promise<Response> {
  const { project, requestId } = c.var;
  const asked = { project, requestId, body };
  const refusals = await creationRefusals(ports, asked, () => checkMethod(ports, project, body));
  if (refusals.length > 0) return c.json(refusedEstimate(body, refusals));
  const begun = await inspectionFor(ports, asked, settings);
  const waiting = {
    waitMs: settings.inspectWaitMs,
    pollMs: settings.cancelPollMs,
    signal: clientGone(c),
  };
  const work = await waitForEnd<'inspect'>(ports, begun, waiting);
  return c.json(await estimateBy(ports, asked, work), isOver(work) ? 200 : 202);
}
