import { LatheError } from '@lathe/contracts/error';

/** The loss or a gradient is not a finite number: no retry can cure that. */
export class DivergedRunError extends LatheError {
  /** Examples of the step, counted from 0. */
  readonly examples: readonly number[];

  constructor(what: string, at: { readonly step: number; readonly examples: readonly number[] }) {
    super('training_failed', `${what} is not a finite number at step ${at.step}.`, {
      retryable: false,
    });
    this.examples = at.examples;
  }
}
