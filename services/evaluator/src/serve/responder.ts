import { LatheError, toWireError } from '@lathe/contracts/error';
import {
  type InferenceReply,
  type InferenceRequest,
  inferenceRequestSchema,
} from '@lathe/contracts/message/inference';
import { inferenceCancelSubject, inferenceQueue, inferenceSubject } from '@lathe/contracts/subject';
import type { Logger } from '@lathe/platform/log';
import type { Msg, NatsConnection } from '@nats-io/nats-core';
import type { AnswerPiece } from './answer.ts';

export type ResponderPorts = {
  readonly connection: NatsConnection;
  readonly log: Logger;
  /** Answers one request. */
  readonly answer: (request: InferenceRequest, signal: AbortSignal) => AsyncIterable<AnswerPiece>;
  readonly settings: {
    readonly waitingMs: number;
    readonly chatRequests: number;
    readonly stopGraceMs: number;
  };
};

/**
 * Takes chat requests from the queue group and publishes the answers on their reply subjects:
 * `accepted` at once, `waiting` in every silence, the pieces, and `done` or `error` as the last word.
 * `stop` takes no new ones, gives open ones their time and then ends them with `unavailable`.
 */
export function serveChat(ports: ResponderPorts): { stop(): Promise<void> } {
  const { connection, log, settings } = ports;
  const open = new Map<string, AbortController>();
  const running = new Set<Promise<void>>();

  const requests = connection.subscribe(inferenceSubject, {
    queue: inferenceQueue,
    callback: (error, message) => {
      if (error !== null) return log.error({ err: error }, 'cannot take chat requests');
      const work = handle(message).catch((cause: unknown) =>
        log.error({ err: cause }, 'could not reply to a chat request'),
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
    const reply = (body: InferenceReply): void => {
      if (!connection.isClosed()) message.respond(JSON.stringify(body));
    };
    const parsed = inferenceRequestSchema.safeParse(readJson(message));
    if (!parsed.success) {
      log.error({ issues: parsed.error.issues.slice(0, 3) }, 'a chat request cannot be read');
      reply({ kind: 'error', error: toWireError(parsed.error) });
      return;
    }
    const request = parsed.data;
    const { requestId } = request;
    if (open.size >= settings.chatRequests) {
      const error = new LatheError('unavailable', 'Too many chat requests are open; try again.');
      reply({ kind: 'error', error: toWireError(error) });
      return;
    }
    const controller = new AbortController();
    open.set(requestId, controller);
    const waiting = setInterval(() => reply({ kind: 'waiting' }), settings.waitingMs);
    reply({ kind: 'accepted' });
    try {
      for await (const piece of ports.answer(request, controller.signal)) {
        waiting.refresh();
        reply(piece);
      }
    } catch (error) {
      const failure = controller.signal.aborted ? controller.signal.reason : error;
      if (!(failure instanceof LatheError))
        log.error({ err: failure, requestId, model: request.model }, 'a chat request failed');
      reply({ kind: 'error', error: toWireError(failure) });
    } finally {
      clearInterval(waiting);
      open.delete(requestId);
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

function readJson(message: Msg): unknown {
  try {
    return message.json();
  } catch {
    return undefined;
  }
}
