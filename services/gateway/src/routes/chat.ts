import { Hono } from 'hono';
import type { Bodies } from '../bodies/bodies.ts';
import { type ChatPorts, completeChat, streamChat } from '../chat/chat.ts';
import {
  clientGone,
  eventStream,
  type GatewayEnv,
  limitsTeller,
  streamBody,
} from '../http/http.ts';
import { type BodyLimits, readBytes } from '../http/request-body.ts';

/** /v1/chat/completions */
export function chatRoutes(
  ports: ChatPorts & { readonly bodies: Bodies },
  limits: BodyLimits,
): Hono<GatewayEnv> {
  return new Hono<GatewayEnv>().post('/', async (c) => {
    const { project, requestId } = c.var;
    const asker = { project, requestId, signal: clientGone(c), onLimits: limitsTeller(c) };
    const bytes = await readBytes(c.env.incoming, limits);
    const task = { kind: 'chat', bytes, project, requestId } as const;
    const request = await ports.bodies.read(task, asker.signal);
    if (!request.isStreamed) return c.json(await completeChat(ports, asker, request));
    return c.body(streamBody(await streamChat(ports, asker, request)), 200, eventStream);
  });
}
