import { z } from 'zod';
import { LatheError } from '../error.ts';

/** States of a job as the API shows them. */
export const jobStateSchema = z.enum([
  'validating_files',
  'queued',
  'running',
  'paused',
  'succeeded',
  'failed',
  'cancelled',
]);
export type JobState = z.infer<typeof jobStateSchema>;

/** The legal moves; the last three states are terminal. A lost worker sends a running job back to the queue. */
export const moves = {
  validating_files: ['queued', 'failed', 'cancelled'],
  queued: ['running', 'paused', 'failed', 'cancelled'],
  running: ['queued', 'paused', 'succeeded', 'failed', 'cancelled'],
  paused: ['queued', 'failed', 'cancelled'],
  succeeded: [],
  failed: [],
  cancelled: [],
} as const satisfies Record<JobState, readonly JobState[]>;

/** Whether nothing can happen to a job in this state any more. */
export function isTerminal(state: JobState): boolean {
  return moves[state].length === 0;
}

/**
 * Whether a job may go from one state to another.
 * @example canMove('queued', 'succeeded'); // false
 */
export function canMove(from: JobState, to: JobState): boolean {
  return (moves[from] as readonly JobState[]).includes(to);
}

/** Throws `invalid_state` with a sentence when the move is not legal. */
export function assertMove(from: JobState, to: JobState): void {
  if (!canMove(from, to))
    throw new LatheError('invalid_state', `The job is ${from} and cannot become ${to}.`, {
      retryable: false,
    });
}
