import { Hono } from 'hono';
import type { Bodies } from '../bodies/bodies.ts';
import { type ChatPorts, completeChat, streamChat } from '../chat/chat.ts';
import { type GatewayEnv, streamBody } from '../http/http.ts';
import type { BodyLimits } from '../http/request-body.ts';
import { eventStream } from '../http/server-sent-events.ts';
import { readAsked } from './asked.ts';

/** /v1/chat/completions */
export function chatRoutes(
  ports: ChatPorts & { readonly bodies: Bodies },
  limits: BodyLimits,
): Hono<GatewayEnv> {
  return new Hono<GatewayEnv>().post('/', async (c) => {
    const { asker, request } = await readAsked(c, 'chat', { ...ports, limits });
    if (!request.isStreamed) return c.json(await completeChat(ports, asker, request));
    return c.body(streamBody(await streamChat(ports, asker, request)), 200, eventStream);
  });
}
