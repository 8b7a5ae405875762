import { LatheError } from '@lathe/contracts/error';

/** Where a run went out of the finite numbers. */
export type Divergence = {
  readonly step: number;
  /** Examples of the step, counted from 0; empty when it shows elsewhere. */
  readonly examples: readonly number[];
  /** The rate that the job's schedule reaches. */
  readonly learningRate: number;
};

/** What a run computes is not a finite number any more: no retry can cure that. */
export class DivergedRunError extends LatheError {
  readonly examples: readonly number[];

  /** `what` begins a sentence, such as `The loss`. */
  constructor(what: string, { step, examples, learningRate }: Divergence) {
    super(
      'training_failed',
      `${what} is not a finite number at step ${step}, with a learning rate of ${learningRate}.`,
      { retryable: false },
    );
    this.examples = examples;
  }
}
