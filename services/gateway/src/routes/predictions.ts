import { Hono } from 'hono';
import type { Bodies } from '../bodies/bodies.ts';
import {
  answerPipeline,
  classify,
  moderate,
  type PredictionPorts,
  rerank,
  score,
} from '../chat/predictions.ts';
import { type GatewayEnv, streamBody } from '../http/http.ts';
import { type BodyLimits, readBytes } from '../http/request-body.ts';
import { pipelinesOf, requireDoor } from '../models/doors.ts';
import { getModel } from '../models/models.ts';
import { askerOf, readAsked } from './asked.ts';

type Ports = PredictionPorts & { readonly bodies: Bodies };

/** /v1/lathe/models/{model}/pipeline; names may hold slashes. */
export function pipelineRoutes(ports: Ports, limits: BodyLimits): Hono<GatewayEnv> {
  return new Hono<GatewayEnv>().post('/:name{.+}/pipeline', async (c) => {
    const asker = askerOf(c);
    const model = c.req.param('name');
    const pipelines = pipelinesOf(await getModel(ports, asker.project, model));
    const bytes = await readBytes(c.env.incoming, limits);
    const { project, requestId } = asker;
    const task = { kind: 'pipeline', bytes, project, requestId, model, pipelines } as const;
    const request = await ports.bodies.read(task, asker.signal);
    const answer = await answerPipeline(ports, asker, request);
    return c.body(streamBody(answer), 200, { 'content-type': 'application/json' });
  });
}

const answers = { classify, score, rerank, moderation: moderate } as const;

/** /v1/classify, /v1/score, /v1/rerank or /v1/moderations. */
export function predictionRoutes(
  kind: keyof typeof answers,
  ports: Ports,
  limits: BodyLimits,
): Hono<GatewayEnv> {
  return new Hono<GatewayEnv>().post('/', async (c) => {
    const { asker, request } = await readAsked(c, kind, { ...ports, limits });
    requireDoor(await getModel(ports, asker.project, request.envelope.model), kind);
    return c.json(await answers[kind](ports, asker, request));
  });
}
