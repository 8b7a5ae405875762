import type { JobRecord } from '@lathe/contracts/job/record';
import { isTerminal } from '@lathe/contracts/job/state';
import type { Stage } from '@lathe/contracts/subject';

/** What is known of a job beside its record. */
export type JobFacts = {
  /** The message under which its stage is due lies on its queue, held by a service or not. */
  readonly hasMessage: boolean;
  /** This controller has it in hand. */
  readonly isHeld: boolean;
  /** At the last look it stood as it stands now: what was under way then has had its time. */
  readonly wasSo: boolean;
};

/** What keeps a job from being forgotten. */
export type JobNeed =
  /** Somebody, or its owner's next wish, moves it on; or it is over. */
  | { readonly kind: 'nothing' }
  /** It may be between two steps: what it needs shows at the next look. */
  | { readonly kind: 'another look' }
  /** Nothing stands for it any more. */
  | { readonly kind: 'queue'; readonly stage: Stage; readonly epoch: number }
  /** Its owner wants its end, and nobody has seen to it. */
  | { readonly kind: 'cancel' }
  /** It is paused, and its owner wants something else by now. */
  | { readonly kind: 'leave the pause' };

/** The stage and epoch under which a job's message is due; undefined: none is. */
export function dueWork({
  state,
  stage,
  epoch,
}: Pick<JobRecord, 'state' | 'stage' | 'epoch'>): { stage: Stage; epoch: number } | undefined {
  if (isTerminal(state) || state === 'paused' || stage === 'done') return undefined;
  // Starting a training raises the epoch, so its message is one behind.
  return { stage, epoch: stage === 'train' && state === 'running' ? epoch - 1 : epoch };
}

/**
 * The one rule for every job that is not over: it has somebody who works on it, a message, or a wish to wait for; if
 * not, it is queued again, and one that its owner cancelled ends.
 */
export function needOf(
  record: Pick<JobRecord, 'state' | 'stage' | 'epoch' | 'desired'>,
  { hasMessage, isHeld, wasSo }: JobFacts,
): JobNeed {
  const due = dueWork(record);
  if (due === undefined)
    return record.state === 'paused' && record.desired !== 'pause'
      ? { kind: 'leave the pause' }
      : { kind: 'nothing' };
  if (record.desired === 'cancel') return wasSo ? { kind: 'cancel' } : { kind: 'another look' };
  if (hasMessage || isHeld) return { kind: 'nothing' };
  return wasSo ? { kind: 'queue', ...due } : { kind: 'another look' };
}
