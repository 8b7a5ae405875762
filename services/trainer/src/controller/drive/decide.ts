import type { JobRecord } from '@lathe/contracts/job/record';
import { isTerminal } from '@lathe/contracts/job/state';
import type { WorkMessage } from '@lathe/contracts/message/work';
import type { Stage } from '@lathe/contracts/subject';

/** What a work message of the train stage means for the job as it is now. */
export type Decision =
  /** Find a worker and start. */
  | { readonly kind: 'place' }
  /** A worker has it: follow that run again. */
  | { readonly kind: 'reattach' }
  /** The message is of an older attempt: make sure that the present one is on its queue. */
  | { readonly kind: 'queue again'; readonly stage: Stage; readonly epoch: number }
  /** Its stage is not reached yet. */
  | { readonly kind: 'later' }
  /** Nothing is left to do. */
  | { readonly kind: 'void'; readonly reason: string };

/**
 * Decides by state, stage and epoch alone. A queued job waits under its own epoch; starting it
 * raises the epoch by one, so the message of a running job is one behind its record.
 */
export function decide(record: JobRecord, message: WorkMessage): Decision {
  const { state, stage, epoch } = record;
  if (isTerminal(state)) return { kind: 'void', reason: `the job is ${state}` };
  if (state === 'paused') return { kind: 'void', reason: 'the job is paused' };
  if (stage === 'ingest') return { kind: 'later' };
  if (stage !== 'train') return { kind: 'queue again', stage: 'evaluate', epoch };
  const due = state === 'running' ? epoch - 1 : epoch;
  if (message.epoch > due) return { kind: 'void', reason: 'its epoch has not come' };
  if (message.epoch < due) return { kind: 'queue again', stage, epoch: due };
  return state === 'running' ? { kind: 'reattach' } : { kind: 'place' };
}
