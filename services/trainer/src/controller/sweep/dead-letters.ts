import { type LatheError, mayResume, toWireError, type WireError } from '@lathe/contracts/error';
import { moveJob } from '@lathe/contracts/job/record';
import { isTerminal } from '@lathe/contracts/job/state';
import type { WorkMessage } from '@lathe/contracts/message/work';
import { recordKey, type Stage, workConsumer } from '@lathe/contracts/subject';
import { changeJob } from '@lathe/platform/jobs';
import type { DeadLetter } from '@lathe/platform/nats/dead-letters';
import { stages } from '@lathe/platform/nats/setup';
import { type ControllerPorts, tellFailure } from '../ports.ts';
import { dueWork } from './job-need.ts';

const stageNames: Record<Stage, string> = {
  ingest: 'Reading the training data',
  train: 'Training',
  evaluate: 'Evaluation',
};

/**
 * Sees to the job of a message, of any stage, that ran out of deliveries. A training is queued again: its message is
 * held by controllers, which have no part in what ends a run. Ingest or evaluation is queued again when fewer attempts
 * were begun since the message server started: the others ended with the whole platform. Else the job fails.
 */
export async function failDead(ports: ControllerPorts, letter: DeadLetter): Promise<void> {
  const stage = stages.find((one) => workConsumer(one) === letter.consumer);
  // What is no stage is data work, whose own sweep sees that it has no message any more.
  if (stage === undefined) return;
  const { message, deliveries } = letter;
  const record = (await ports.jobs.get(recordKey(message.project, message.jobId)))?.value;
  const due = record && dueWork(record);
  if (record === undefined || due?.stage !== stage || due.epoch !== message.epoch) return;
  const { attempt } = record;
  const begun = attempt?.stage === stage && attempt.epoch === record.epoch ? attempt.count : null;
  if (stage === 'train' || (begun !== null && begun < deliveries))
    return ports.queue(record, stage, { epoch: due.epoch, copy: `dead-${ports.now()}` });
  await failStage(ports, message, {
    stage,
    error: {
      code: 'internal_error',
      message: `${stageNames[stage]} was tried ${deliveries} times and never came to its end.`,
      param: null,
    },
    resumable: true,
  });
}

/** Fails the job of a piece of training work that no retry can cure. */
export async function failWork(
  ports: ControllerPorts,
  message: WorkMessage,
  error: unknown,
): Promise<void> {
  const failure = {
    error: toWireError(error, 'finishing or following the training'),
    resumable: mayResume(error),
  };
  await failStage(ports, message, { stage: 'train', ...failure });
}

type StageFailure = {
  readonly stage: Stage;
  readonly error: WireError;
  readonly resumable: boolean;
};

/** Fails a job unless it has gone on without that message. */
async function failStage(
  ports: ControllerPorts,
  message: WorkMessage,
  { stage, error, resumable }: StageFailure,
): Promise<void> {
  let moved = false;
  const record = await changeJob(ports.jobs, message.project, message.jobId, (stored) => {
    // A running training is one epoch ahead of its message.
    const ahead = stored.stage === 'train' && stored.state === 'running' ? 1 : 0;
    moved =
      !isTerminal(stored.state) && stored.stage === stage && stored.epoch <= message.epoch + ahead;
    if (!moved) return null;
    return moveJob(stored, 'failed', { error, resumable, now: Math.floor(ports.now() / 1000) });
  }).catch((failure: unknown) => {
    if ((failure as Partial<LatheError>).code === 'not_found') return undefined;
    throw failure;
  });
  if (!moved || record === undefined) return;
  await tellFailure(ports, record, { error, resumable });
}
