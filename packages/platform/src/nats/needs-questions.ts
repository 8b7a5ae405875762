import type { JobRecord } from '@lathe/contracts/job/record';
import {
  type JobNeeds,
  jobNeedsSchema,
  type NeedsQuestion,
  needsQuestionSchema,
} from '@lathe/contracts/message/job-needs';
import { needsQueue, needsSubject } from '@lathe/contracts/subject';
import {
  type Msg,
  type NatsConnection,
  NoRespondersError,
  RequestError,
  TimeoutError,
} from '@nats-io/nats-core';
import type { Logger } from '../log/log.ts';
import { jsonOf } from './json.ts';

/**
 * What a job would take of memory and of disk, as a training worker tells; nulls where none does within `waitMs`. Throws when
 * nats-server cannot be reached.
 * @example const { memoryBytes } = await askNeeds(nats.connection, job, { waitMs: 5000, log });
 */
export async function askNeeds(
  connection: NatsConnection,
  job: JobRecord,
  { waitMs, log }: { readonly waitMs: number; readonly log: Logger },
): Promise<JobNeeds> {
  const question: NeedsQuestion = { version: 1, requestId: job.requestId, job };
  try {
    const options = { timeout: waitMs };
    const reply = await connection.request(needsSubject, JSON.stringify(question), options);
    return jobNeedsSchema.parse(jsonOf(reply));
  } catch (error) {
    const isUnanswered =
      error instanceof TimeoutError ||
      (error instanceof RequestError && error.cause instanceof NoRespondersError);
    if (!isUnanswered) throw error;
    log.info({ err: error }, 'nobody told what a job would need');
    return { memoryBytes: null, files: null };
  }
}

/**
 * Answers what jobs would need that nobody has created, until it is stopped, which leaves those that are asked about unanswered.
 * @example const questions = answerNeeds(nats.connection, async () => ({ memoryBytes: null, files: null }), log);
 */
export function answerNeeds(
  connection: NatsConnection,
  needsOf: (job: JobRecord) => Promise<JobNeeds>,
  log: Logger,
): { stop(): void } {
  const failed = (error: unknown): void =>
    log.error({ err: error }, 'it could not be told what a job would need');
  const answer = async (message: Msg): Promise<void> => {
    const { job } = needsQuestionSchema.parse(jsonOf(message));
    message.respond(JSON.stringify(await needsOf(job)));
  };
  const questions = connection.subscribe(needsSubject, {
    queue: needsQueue,
    callback: (failure, message) =>
      failure === null ? void answer(message).catch(failed) : failed(failure),
  });
  return { stop: () => questions.unsubscribe() };
}
