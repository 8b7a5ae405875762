import { setPriority } from 'node:os';

/** Of 19: far enough back that a waking event loop goes first, near enough that other programs' work does not starve it. */
const behind = 5;

/**
 * Puts the thread that calls this, and those that it starts from then on, behind event loops in the row for a
 * processor: a loop has little to do and others wait for it, while a computation uses whatever is left. It changes
 * nothing while there is a processor for each. Only Linux gives each thread a priority of its own; elsewhere nothing happens.
 * @example yieldToEventLoops();
 */
export function yieldToEventLoops(): void {
  if (process.platform === 'linux') setPriority(behind);
}
