import type { HttpBindings } from '@hono/node-server';
import { errorCodes, LatheError } from '@lathe/contracts/error';
import type { ShownRole } from '@lathe/contracts/http/key';
import type { RateLimits } from '@lathe/contracts/rate-limits';
import type { Context } from 'hono';
import { rateLimitHeaders } from './rate-limits.ts';

/** What every handler finds beside the request. */
export type GatewayEnv = {
  Bindings: HttpBindings;
  Variables: { project: string; caller: Caller; requestId: string; jobId?: string };
};

/** Whom a key makes of whoever sends it. */
export type Caller = {
  /** Of the key. */
  readonly keyId: string;
  readonly project: string;
  readonly role: ShownRole;
};

export type GatewayContext = Context<GatewayEnv>;

const gone = (): LatheError => new LatheError('cancelled', 'The client left.');

/** On every answer. */
export const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
};

/** Whether OpenAI's client sends a request again whose answer it did not see. */
export function isRepeated(c: GatewayContext): boolean {
  return Number(c.req.header('x-stainless-retry-count') ?? 0) > 0;
}

/** A signal that fires when the client leaves before its answer is complete. */
export function clientGone(c: GatewayContext): AbortSignal {
  const controller = new AbortController();
  const { outgoing } = c.env;
  outgoing.once('close', () => {
    if (!outgoing.writableFinished) controller.abort(gone());
  });
  if (outgoing.destroyed) controller.abort(gone());
  return controller.signal;
}

/** What became of an answer whose connection is through with it; one that was cut off may have been so before it had a status. */
export function endOf({ incoming, outgoing }: HttpBindings): {
  readonly status: number;
  readonly cutOff?: 'by the client' | 'by the gateway';
} {
  const { statusCode } = outgoing;
  if (outgoing.writableFinished) return { status: statusCode };
  const { socket } = incoming;
  // An error of the answer's own is handed on to its connection.
  const isLeft = socket.readableEnded || (socket.errored !== null && outgoing.errored === null);
  const { status } = errorCodes[isLeft ? 'cancelled' : 'unavailable'];
  return {
    status: outgoing.headersSent ? statusCode : status,
    cutOff: isLeft ? 'by the client' : 'by the gateway',
  };
}

/** Sets the headers that tell how the project stands, once an evaluator says so. */
export function limitsTeller(c: GatewayContext): (limits: RateLimits) => void {
  return (limits) => {
    for (const [name, value] of Object.entries(rateLimitHeaders(limits))) c.header(name, value);
  };
}

/** A body that is made while it is sent: nothing is read ahead of the client. */
export function streamBody(source: AsyncIterable<Uint8Array | string>): ReadableStream<Uint8Array> {
  const pieces = source[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await pieces.next();
        if (done === true) controller.close();
        else controller.enqueue(typeof value === 'string' ? encoder.encode(value) : value);
      },
      async cancel() {
        await pieces.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}
