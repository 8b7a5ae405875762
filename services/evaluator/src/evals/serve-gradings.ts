import { LatheError, toWireError } from '@lathe/contracts/error';
import {
  type GradeReply,
  type GradeRequest,
  gradeRequestSchema,
} from '@lathe/contracts/message/grade';
import { gradeSubject, inferenceQueue } from '@lathe/contracts/subject';
import type { Logger } from '@lathe/platform/log';
import { inLogContext } from '@lathe/platform/log-context';
import type { Metrics } from '@lathe/platform/metrics';
import { jsonOf } from '@lathe/platform/nats/json';
import type { Msg, NatsConnection } from '@nats-io/nats-core';
import type { Admission } from '../serve/admission.ts';
import { gradeAll } from './grade-all.ts';
import type { GradePorts } from './grade-row.ts';

type GradingPorts = GradePorts & {
  readonly connection: NatsConnection;
  /** Who is let in; who is not is told when to come again. */
  readonly admission: Admission;
  readonly log: Logger;
  readonly metrics?: Metrics | undefined;
};

/**
 * Takes answers to grade from the queue group and replies once for all of a request. An answer that a grader fails at has an
 * error and the others their rewards; what may succeed at another time, such as an engine that was lost, is the error of
 * the whole request. `stop` takes no new ones and ends open ones with `unavailable`: who trains asks another evaluator.
 */
export function serveGradings(ports: GradingPorts): { stop(): Promise<void> } {
  const { connection, admission, log, metrics } = ports;
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();
  const requests = connection.subscribe(gradeSubject, {
    queue: inferenceQueue,
    callback: (error, message) => {
      if (error !== null) return log.error({ err: error }, 'cannot take answers to grade');
      const work = handle(message).catch((cause: unknown) =>
        log.error({ err: cause }, 'could not reply to answers to grade'),
      );
      running.add(work);
      void work.finally(() => running.delete(work));
    },
  });

  async function handle(message: Msg): Promise<void> {
    const reply = (body: GradeReply): void => {
      if (!connection.isClosed()) message.respond(JSON.stringify(body));
    };
    const parsed = gradeRequestSchema.safeParse(jsonOf(message));
    if (!parsed.success) {
      log.error({ err: parsed.error }, 'a request for grades cannot be read');
      return reply({ error: toWireError(parsed.error, 'grading answers') });
    }
    const { requestId } = parsed.data;
    await inLogContext({ requestId }, async () => reply(await carryOut(parsed.data)));
  }

  async function carryOut(request: GradeRequest): Promise<GradeReply> {
    const kind = 'grading';
    let outcome = 'refused';
    try {
      const admitted = admission.enter(request.project);
      outcome = 'failed';
      try {
        const reply = await gradeAll(ports, request, stopping.signal);
        outcome = 'done';
        return reply;
      } finally {
        admitted.leave();
      }
    } catch (error) {
      if (!(error instanceof LatheError)) log.error({ err: error }, 'answers were not graded');
      return { error: toWireError(error, 'grading answers') };
    } finally {
      metrics?.count('lathe_inference_requests_total', { kind, outcome });
    }
  }

  return {
    async stop() {
      requests.unsubscribe();
      stopping.abort(new LatheError('unavailable', 'The evaluator stopped; try again.'));
      await Promise.all(running);
    },
  };
}
