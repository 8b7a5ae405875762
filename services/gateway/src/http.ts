import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';

/** What every handler finds beside the request. */
export type GatewayEnv = {
  Bindings: HttpBindings;
  Variables: { project: string; requestId: string; jobId?: string };
};

export type GatewayContext = Context<GatewayEnv>;

/** A signal that fires when the client leaves before its answer is complete. */
export function clientGone(c: GatewayContext): AbortSignal {
  const controller = new AbortController();
  const { outgoing } = c.env;
  outgoing.once('close', () => {
    if (!outgoing.writableFinished) controller.abort();
  });
  if (outgoing.destroyed) controller.abort();
  return controller.signal;
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
