import { type LatheError, toWireError, type WireError } from '@lathe/contracts/error';
import { moveJob } from '@lathe/contracts/job/record';
import { isTerminal } from '@lathe/contracts/job/state';
import type { WorkMessage } from '@lathe/contracts/message/work';
import { recordKey, type Stage, workConsumer } from '@lathe/contracts/subject';
import { changeJob } from '@lathe/platform/jobs';
import type { DeadLetter } from '@lathe/platform/nats/dead-letters';
import { stages } from '@lathe/platform/nats/setup';
import type { ControllerPorts } from './ports.ts';

const stageNames: Record<Stage, string> = {
  ingest: 'Reading the training data',
  train: 'Training',
  evaluate: 'Evaluation',
};

/**
 * Fails the job of a message, of any stage, that ran out of deliveries. A job that only waited for a
 * worker goes back to its queue: controllers ended while they held it, and it had no part in that.
 */
export async function failDead(ports: ControllerPorts, letter: DeadLetter): Promise<void> {
  const stage = stages.find((one) => workConsumer(one) === letter.consumer) ?? 'train';
  if (stage === 'train' && (await queueAgain(ports, letter.message))) return;
  await failStage(ports, letter.message, {
    stage,
    error: {
      code: 'internal_error',
      message: `${stageNames[stage]} was tried ${letter.deliveries} times and never came to its end.`,
      param: null,
    },
  });
}

/** Queues a job that waits for its training under that message. False: it does not. */
async function queueAgain(ports: ControllerPorts, message: WorkMessage): Promise<boolean> {
  const { project, jobId, epoch } = message;
  const record = (await ports.jobs.get(recordKey(project, jobId)))?.value;
  if (record?.state !== 'queued' || record.stage !== 'train' || record.epoch !== epoch)
    return false;
  await ports.queue(record, 'train', { epoch, copy: `dead-${ports.now()}` });
  return true;
}

/** Fails the job of a piece of training work that no retry can cure. */
export async function failWork(
  ports: ControllerPorts,
  message: WorkMessage,
  error: unknown,
): Promise<void> {
  await failStage(ports, message, { stage: 'train', error: toWireError(error) });
}

/** Fails a job unless it has gone on without that message. */
async function failStage(
  ports: ControllerPorts,
  message: WorkMessage,
  { stage, error }: { readonly stage: Stage; readonly error: WireError },
): Promise<void> {
  let moved = false;
  const record = await changeJob(ports.jobs, message.project, message.jobId, (stored) => {
    // A running training is one epoch ahead of its message.
    const ahead = stored.stage === 'train' && stored.state === 'running' ? 1 : 0;
    moved =
      !isTerminal(stored.state) && stored.stage === stage && stored.epoch <= message.epoch + ahead;
    if (!moved) return null;
    return moveJob(stored, 'failed', { error, now: Math.floor(ports.now() / 1000) });
  }).catch((failure: unknown) => {
    if ((failure as Partial<LatheError>).code === 'not_found') return undefined;
    throw failure;
  });
  if (!moved || record === undefined) return;
  await ports.emit(record, {
    name: 'failed',
    level: 'error',
    message: `The job failed: ${error.message}`,
    data: { code: error.code, param: error.param },
    dedupeId: 'failed',
  });
}
