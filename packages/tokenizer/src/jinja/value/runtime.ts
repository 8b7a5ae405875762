import type { Budget } from '../budget.ts';
import type { Arguments } from './arguments.ts';
import type { Value } from './value.ts';

/** What functions, methods and filters can use of the rendering that calls them. */
export type Runtime = {
  readonly budget: Budget;
  /** For `strftime_now`. */
  readonly now: Date;
  /** Applies a filter; the first argument is the value before the bar. */
  filter(name: string, given: Arguments): Value;
  test(name: string, given: Arguments): boolean;
};
