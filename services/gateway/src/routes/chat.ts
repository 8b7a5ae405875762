import { chatRequestSchema } from '@lathe/contracts/http/chat';
import { Hono } from 'hono';
import { type ChatPorts, completeChat, streamChat } from '../chat.ts';
import { checkStreaming } from '../chat-request.ts';
import { clientGone, type GatewayEnv, limitsTeller, streamBody } from '../http.ts';
import { parseRequest } from '../parse.ts';
import { type BodyLimits, readJson } from '../request-body.ts';

/** /v1/chat/completions */
export function chatRoutes(ports: ChatPorts, limits: BodyLimits): Hono<GatewayEnv> {
  return new Hono<GatewayEnv>().post('/', async (c) => {
    const body = parseRequest(chatRequestSchema, await readJson(c.env.incoming, limits));
    checkStreaming(body);
    const { project, requestId } = c.var;
    const asker = { project, requestId, signal: clientGone(c), onLimits: limitsTeller(c) };
    if (body.stream !== true) return c.json(await completeChat(ports, asker, body));
    return c.body(streamBody(await streamChat(ports, asker, body)), 200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
    });
  });
}
