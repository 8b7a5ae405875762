import { LatheError, toWireError } from '@lathe/contracts/error';
import {
  type Grade,
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
import { type GradePorts, gradeRow } from './grade-row.ts';

type GradingPorts = GradePorts & {
  readonly connection: NatsConnection;
  /** Who is let in; who is not is told when to come again. */
  readonly admission: Admission;
  readonly log: Logger;
  readonly metrics?: Metrics | undefined;
};

/** Judges answer as if every answer were asked for once: drawn with the same seed. */
const judgeSeed = 0;

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

/** Grades the answers of a request, some side by side. Throws what is no fault of an answer, and the signal's reason. */
async function gradeAll(
  ports: GradePorts,
  { project, requestId, grader, items }: GradeRequest,
  stopped: AbortSignal,
): Promise<GradeReply> {
  const failed = new AbortController();
  const signal = AbortSignal.any([stopped, failed.signal]);
  const asker = { project, requestId, signal, seed: judgeSeed };
  const grades: Grade[] = [];
  let tokens = 0;
  const waiting = items.entries();
  const worker = async (): Promise<void> => {
    for (const [at, { item, sample }] of waiting) {
      const answered = { item, answer: sample.output_text };
      const { result, usage } = await gradeRow(ports, asker, { grader, answered });
      const { error, score } = result;
      grades[at] = error === undefined ? { reward: score } : { error: error.message };
      tokens += usage.reduce((sum, { total_tokens }) => sum + total_tokens, 0);
    }
  };
  const workers = Array.from({ length: ports.settings.evalRowSlots }, () =>
    worker().catch((error: unknown) => failed.abort(error)),
  );
  await Promise.all(workers);
  signal.throwIfAborted();
  return { grades, tokens };
}
