import { LatheError, toSentError, type WireError } from '@lathe/contracts/error';
import { type Envelope, readEnvelope } from '@lathe/contracts/message/envelope';
import type { RateLimits } from '@lathe/contracts/rate-limits';
import { inferenceCancelSubject, inferenceQueue } from '@lathe/contracts/subject';
import type { Logger } from '@lathe/platform/log';
import { inLogContext } from '@lathe/platform/log-context';
import type { Metrics } from '@lathe/platform/metrics';
import type { Msg, NatsConnection } from '@nats-io/nats-core';
import { type Admission, type Admitted, LimitError } from './admission.ts';

/** A request as it came: who asks which model, and a body that was not read yet. */
export type Request = Envelope & { readonly body: Uint8Array };

export type ResponderPorts<Piece> = {
  readonly connection: NatsConnection;
  readonly log: Logger;
  /** What is asked for, as errors and the log name it: `chat`. */
  readonly kind: string;
  readonly subject: string;
  /** Who is let in. */
  readonly admission: Admission;
  /** Answers one request; the last piece is the last word. */
  readonly answer: (request: Request, asked: Asked) => AsyncIterable<Piece>;
  /** Where requests and the time to their first piece are counted. */
  readonly metrics?: Metrics | undefined;
  readonly settings: { readonly waitingMs: number; readonly stopGraceMs: number };
};

/** What an answer has to heed: the signal that ends it, and the tokens that it may take. */
type Asked = { readonly signal: AbortSignal; readonly reserve: Admitted['reserve'] };

/** What is said besides the pieces themselves. */
type Frame =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'accepted'; readonly limits: RateLimits }
  | { readonly kind: 'error'; readonly error: WireError; readonly limits?: RateLimits };

/**
 * Takes requests of one kind from the queue group and publishes the answers on their reply subjects:
 * `accepted` at once, `waiting` in every silence, the pieces, and the last of them or `error` as the last word.
 * `stop` takes no new ones, gives open ones their time and then ends them with `unavailable`.
 */
export function serveRequests<Piece>(ports: ResponderPorts<Piece>): { stop(): Promise<void> } {
  const { connection, log, kind, settings } = ports;
  const open = new Map<string, AbortController>();
  const running = new Set<Promise<void>>();

  const requests = connection.subscribe(ports.subject, {
    queue: inferenceQueue,
    callback: (error, message) => {
      if (error !== null) return log.error({ err: error, kind }, 'cannot take requests');
      const work = handle(message).catch((cause: unknown) =>
        log.error({ err: cause, kind }, 'could not reply to a request'),
      );
      running.add(work);
      void work.finally(() => running.delete(work));
    },
  });
  const cancels = connection.subscribe(inferenceCancelSubject('*'), {
    callback: (error, message) => {
      if (error !== null) return log.error({ err: error }, 'cannot take cancellations');
      const id = message.subject.slice(inferenceCancelSubject('').length);
      open.get(id)?.abort(new LatheError('cancelled', 'The client left.'));
    },
  });

  async function handle(message: Msg): Promise<void> {
    const reply = (body: Frame | Piece): void => {
      if (!connection.isClosed()) message.respond(JSON.stringify(body));
    };
    const envelope = readEnvelope((name) => message.headers?.get(name) ?? '');
    if (envelope === undefined) {
      log.error({ kind }, 'a request came without its headers');
      reply(refusal(new Error('no envelope')));
      return;
    }
    const { requestId } = envelope;
    // A copy: the data is a view on all that was received with it.
    const request = { ...envelope, body: message.data.slice() };
    await inLogContext({ requestId }, () => carryOut(request, reply));
  }

  async function carryOut(request: Request, reply: (body: Frame | Piece) => void): Promise<void> {
    const { requestId, project, model } = request;
    const admitted = letIn(project, reply);
    if (admitted === undefined) return;
    const controller = new AbortController();
    open.set(requestId, controller);
    const waiting = setInterval(() => reply({ kind: 'waiting' }), settings.waitingMs);
    reply({ kind: 'accepted', limits: admitted.limits() });
    const started = performance.now();
    let pieces = 0;
    let outcome = 'failed';
    try {
      const { reserve } = admitted;
      for await (const piece of ports.answer(request, { signal: controller.signal, reserve })) {
        waiting.refresh();
        reply(piece);
        if (pieces++ > 0) continue;
        const seconds = (performance.now() - started) / 1000;
        ports.metrics?.observe('lathe_inference_first_piece_seconds', { kind }, seconds);
      }
      outcome = 'done';
    } catch (error) {
      if (controller.signal.aborted) outcome = 'cancelled';
      const failure = controller.signal.aborted ? controller.signal.reason : error;
      if (!(failure instanceof LatheError))
        log.error({ err: failure, kind, model }, 'a request failed');
      reply(refusal(failure));
    } finally {
      admitted.leave();
      ports.metrics?.count('lathe_inference_requests_total', { kind, outcome });
      const ms = Math.round(performance.now() - started);
      log.info({ kind, model, outcome, ms }, 'dealt with a request');
      clearInterval(waiting);
      open.delete(requestId);
    }
  }

  /** A place for the request; undefined when there is none, which was replied then. */
  function letIn(project: string, reply: (body: Frame) => void): Admitted | undefined {
    try {
      return ports.admission.enter(project);
    } catch (error) {
      ports.metrics?.count('lathe_inference_requests_total', { kind, outcome: 'refused' });
      reply(refusal(error));
      return undefined;
    }
  }

  return {
    async stop() {
      requests.unsubscribe();
      const timer = setTimeout(() => {
        const reason = new LatheError('unavailable', 'The evaluator stopped; try again.');
        for (const controller of open.values()) controller.abort(reason);
      }, settings.stopGraceMs);
      await Promise.all(running);
      clearTimeout(timer);
      cancels.unsubscribe();
    },
  };
}

function refusal(error: unknown): Frame {
  const limits = error instanceof LimitError ? { limits: error.limits } : {};
  return { kind: 'error', error: toSentError(error, 'answering'), ...limits };
}
