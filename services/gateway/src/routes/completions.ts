import { Hono } from 'hono';
import type { Bodies } from '../bodies/bodies.ts';
import type { ChatPorts } from '../chat/chat.ts';
import { completeText, streamText } from '../chat/completions.ts';
import { type GatewayEnv, streamBody } from '../http/http.ts';
import type { BodyLimits } from '../http/request-body.ts';
import { eventStream } from '../http/server-sent-events.ts';
import { readAsked } from './asked.ts';

/** /v1/completions */
export function completionRoutes(
  ports: ChatPorts & { readonly bodies: Bodies },
  limits: BodyLimits,
): Hono<GatewayEnv> {
  return new Hono<GatewayEnv>().post('/', async (c) => {
    const { asker, request } = await readAsked(c, 'completion', { ...ports, limits });
    if (!request.isStreamed) return c.json(await completeText(ports, asker, request));
    return c.body(streamBody(await streamText(ports, asker, request)), 200, eventStream);
  });
}
