import { fromWireError, LatheError } from '@lathe/contracts/error';
import {
  type InferenceReply,
  type InferenceRequest,
  inferenceReplySchema,
} from '@lathe/contracts/message/inference';
import { inferenceCancelSubject, inferenceSubject } from '@lathe/contracts/subject';
import { createInbox, type Msg, type NatsConnection, type Subscription } from '@nats-io/nats-core';

/** How long evaluators may be silent: before they accept a request, and while they work on it. */
export type InferenceWaits = {
  readonly inferenceAcceptMs: number;
  readonly inferenceSilenceMs: number;
};

/** Everything of a reply but the failure, which is thrown. */
export type Piece = Exclude<InferenceReply, { kind: 'error' }>;

/** Asks the evaluators to answer a chat request; see `createInference`. */
export type Inference = {
  answer(request: InferenceRequest, signal: AbortSignal): AsyncGenerator<Piece, void>;
};

/**
 * Chat requests over NATS: one evaluator takes the request and sends its pieces to a reply inbox.
 * The pieces end after `done`. Throws `unavailable` when nobody serves requests, `timeout` when the
 * evaluator falls silent, `cancelled` after the signal, and the evaluator's own error.
 * Leaving early, by whatever way, tells the evaluator to stop; the signal does so at once, even
 * while nobody asks for the next piece.
 */
export function createInference(nats: NatsConnection, waits: InferenceWaits): Inference {
  return {
    async *answer(request, signal) {
      const payload = new TextEncoder().encode(JSON.stringify(request));
      const most = nats.info?.max_payload ?? Number.POSITIVE_INFINITY;
      if (payload.length > most)
        throw new LatheError(
          'invalid_value',
          `The messages take ${payload.length} bytes; at most ${most} can be handed on.`,
          { param: 'messages' },
        );
      const inbox = createInbox();
      const replies = nats.subscribe(inbox);
      let over = false;
      const leave = () => {
        replies.unsubscribe();
        if (!over && !nats.isClosed()) nats.publish(inferenceCancelSubject(request.requestId));
        over = true;
      };
      signal.addEventListener('abort', leave, { once: true });
      try {
        nats.publish(inferenceSubject, payload, { reply: inbox });
        for await (const piece of pieces(replies, waits, signal)) {
          if ('choice' in piece && !(piece.choice >= 0 && piece.choice < request.choices))
            throw new LatheError('internal_error', 'The evaluator answered a choice nobody asked.');
          over ||= piece.kind === 'done';
          yield piece;
          if (over) return;
        }
      } catch (error) {
        over ||= error instanceof LatheError && !['timeout', 'cancelled'].includes(error.code);
        throw error;
      } finally {
        signal.removeEventListener('abort', leave);
        leave();
      }
    },
  };
}

/** The replies as they come, each within its time. */
async function* pieces(
  replies: Subscription,
  waits: InferenceWaits,
  signal: AbortSignal,
): AsyncGenerator<Piece> {
  const messages = replies[Symbol.asyncIterator]();
  let waitMs = waits.inferenceAcceptMs;
  for (;;) {
    const next = await within(messages.next(), waitMs, signal);
    if (next.done === true)
      throw new LatheError('unavailable', 'The connection to the evaluators was lost.');
    const reply = readReply(next.value);
    if (reply.kind === 'error') throw fromWireError(reply.error);
    waitMs = waits.inferenceSilenceMs;
    yield reply;
  }
}

function readReply(message: Msg): InferenceReply {
  // nats-server answers for absent subscribers with an empty message of status 503.
  if (message.data.length === 0 && message.headers?.code === 503)
    throw new LatheError(
      'unavailable',
      'No evaluator is running, so no model can answer at the moment.',
    );
  return inferenceReplySchema.parse(message.json());
}

/** The promise's value, or a failure after `waitMs` or once the signal fires. */
async function within<T>(promise: Promise<T>, waitMs: number, signal: AbortSignal): Promise<T> {
  const stop = Promise.withResolvers<never>();
  const left = () => stop.reject(new LatheError('cancelled', 'The client left.'));
  const timer = setTimeout(
    () =>
      stop.reject(
        new LatheError('timeout', `The evaluator sent nothing for ${waitMs} ms.`, {
          retryable: true,
        }),
      ),
    waitMs,
  );
  signal.addEventListener('abort', left);
  if (signal.aborted) left();
  try {
    return await Promise.race([promise, stop.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', left);
  }
}
