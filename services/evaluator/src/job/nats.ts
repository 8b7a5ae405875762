import { type ModelDeleted, modelDeletedSchema } from '@lathe/contracts/message/model-deleted';
import { modelDeletedSubject } from '@lathe/contracts/subject';
import { beginAttempt } from '@lathe/platform/jobs';
import { type Metrics, timed } from '@lathe/platform/metrics';
import type { Nats } from '@lathe/platform/nats/connection';
import { publishEvent } from '@lathe/platform/nats/events';
import { consumeWork } from '@lathe/platform/nats/work';
import type { EvaluationPorts } from './evaluation-ports.ts';
import { evaluateJob, failJob } from './job.ts';

type Handler = Parameters<typeof consumeWork>[2];

/** Takes evaluation work until the signal aborts; resolves when the work in hand has ended. */
export function serveEvaluations(
  nats: Nats,
  ports: Omit<EvaluationPorts, 'publishEvent'>,
  {
    metrics,
    ...options
  }: { readonly concurrency: number; readonly signal: AbortSignal; readonly metrics?: Metrics },
): Promise<void> {
  const all: EvaluationPorts = {
    ...ports,
    publishEvent: (event, dedupeId) => publishEvent(nats, event, dedupeId),
  };
  const evaluate: Handler = async (message, context) => {
    await beginAttempt(ports.jobs, message, { stage: 'evaluate', server: nats.serverName() });
    return evaluateJob(all, message, context);
  };
  const measured: Handler = (message, context) =>
    timed(
      () => evaluate(message, context),
      (outcome, seconds) => metrics?.observe('lathe_evaluation_seconds', { outcome }, seconds),
    );
  return consumeWork(nats, 'evaluate', measured, {
    ...options,
    onFailure: (message, error) => failJob(all, message, error),
  });
}

/** Calls back for each tuned model that was deleted. Returns the way to stop. */
export function onModelDeleted(
  nats: Nats,
  forget: (model: ModelDeleted) => Promise<void>,
): () => void {
  const subscription = nats.connection.subscribe(modelDeletedSubject, {
    callback: (error, message) => {
      if (error !== null) return nats.log.error({ err: error }, 'cannot hear of deleted models');
      Promise.resolve()
        .then(() => forget(modelDeletedSchema.parse(message.json())))
        .catch((cause: unknown) =>
          nats.log.warn({ err: cause }, 'could not drop what is kept of a deleted model'),
        );
    },
  });
  return () => subscription.unsubscribe();
}
