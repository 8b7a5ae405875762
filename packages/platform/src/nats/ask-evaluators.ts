import { LatheError } from '@lathe/contracts/error';
import { type Envelope, envelopeHeaders } from '@lathe/contracts/message/envelope';
import { inferenceCancelSubject } from '@lathe/contracts/subject';
import { sizeText } from '@lathe/contracts/words/size';
import {
  createInbox,
  headers,
  type Msg,
  type NatsConnection,
  type Subscription,
} from '@nats-io/nats-core';
import { jsonOf } from './json.ts';

/** What the headers of a message may take of its largest size. */
const headerBytes = 4096;

/** When to ask again where an evaluator fell silent: another one may answer then, or the same once it is less busy. */
const retryAfterMs = 1000;

/** How long evaluators may be silent: before they accept a request, and while they work on it. */
export type InferenceWaits = {
  readonly inferenceAcceptMs: number;
  readonly inferenceSilenceMs: number;
};

/** A request as it is handed on: what is known without reading it, and its body. */
export type Handover = { readonly envelope: Envelope; readonly payload: Uint8Array<ArrayBuffer> };

/** A request to the evaluators whose answer comes in pieces. */
export type Question<Piece> = {
  readonly subject: string;
  readonly message: Handover;
  /** Field of the user's request that is at fault when the body is too large. */
  readonly param: string;
  /** Reads a reply. Throws the evaluator's own error. */
  readonly read: (json: unknown) => Piece;
  readonly isLast: (piece: Piece) => boolean;
};

/**
 * Asks over NATS: one evaluator takes the request and sends its pieces to a reply inbox, which end after the last one.
 * Throws `unavailable` when nobody serves requests, `timeout` when the evaluator falls silent, `cancelled` after the
 * signal, and the evaluator's own error. Leaving early, by whatever way, tells the evaluator to stop; the signal does
 * so at once, even while nobody asks for the next piece.
 * @example
 * const message = { envelope: { requestId: 'req_1', project: 'default', model: 'lathe-tiny' }, payload: new Uint8Array(2) };
 * const read = (json: unknown) => String(json);
 * const question = { subject: 'lathe.inference.chat', message, param: 'messages', read, isLast: (piece: string) => piece === 'last' };
 * const waits = { inferenceAcceptMs: 5000, inferenceSilenceMs: 30_000 };
 * for await (const piece of askEvaluators(nats.connection, waits, question, signal)) console.log(piece);
 */
export async function* askEvaluators<Piece>(
  nats: NatsConnection,
  waits: InferenceWaits,
  question: Question<Piece>,
  signal: AbortSignal,
): AsyncGenerator<Piece, void> {
  const { subject, message, param } = question;
  const { envelope, payload } = message;
  const most = (nats.info?.max_payload ?? Number.POSITIVE_INFINITY) - headerBytes;
  if (payload.length > most)
    throw new LatheError(
      'invalid_value',
      `The request's '${param}' takes ${sizeText(payload.length)}; at most ${sizeText(most)} can be handed on.`,
      { param },
    );
  const head = headers();
  for (const [name, value] of envelopeHeaders(envelope)) head.append(name, value);
  const inbox = createInbox();
  const replies = nats.subscribe(inbox);
  let over = false;
  const leave = () => {
    replies.unsubscribe();
    if (!over && !nats.isClosed()) nats.publish(inferenceCancelSubject(envelope.requestId));
    over = true;
  };
  signal.addEventListener('abort', leave, { once: true });
  try {
    nats.publish(subject, payload, { reply: inbox, headers: head });
    for await (const reply of messagesOf(replies, waits, signal)) {
      const piece = question.read(jsonOf(reply));
      over ||= question.isLast(piece);
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
}

/** The replies as they come, each within its time. */
async function* messagesOf(
  replies: Subscription,
  waits: InferenceWaits,
  signal: AbortSignal,
): AsyncGenerator<Msg> {
  const messages = replies[Symbol.asyncIterator]();
  let waitMs = waits.inferenceAcceptMs;
  for (;;) {
    const next = await within(messages.next(), waitMs, signal);
    if (next.done === true)
      throw new LatheError('unavailable', 'The connection to the evaluators was lost.');
    // nats-server answers for absent subscribers with an empty message of status 503.
    if (next.value.data.length === 0 && next.value.headers?.code === 503)
      throw new LatheError(
        'unavailable',
        'No evaluator is running, so no model can answer at the moment.',
      );
    waitMs = waits.inferenceSilenceMs;
    yield next.value;
  }
}

/** The promise's value, or a failure after `waitMs` or once the signal fires. */
async function within<T>(promise: Promise<T>, waitMs: number, signal: AbortSignal): Promise<T> {
  const stop = Promise.withResolvers<never>();
  const left = () => stop.reject(new LatheError('cancelled', 'The client left.'));
  const timer = setTimeout(
    () =>
      stop.reject(
        new LatheError('timeout', `The evaluator sent nothing for ${waitMs} ms.`, {
          ...{ retryable: true, retryAfterMs },
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
