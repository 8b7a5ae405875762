/** The loss or a gradient became NaN or infinite: the weights are lost since then. */
export class DivergedError extends Error {
  override readonly name = 'DivergedError';
  readonly step: number;
  readonly examples: readonly number[];
  constructor(
    message: string,
    at: { readonly step: number; readonly examples: readonly number[] },
  ) {
    super(message);
    this.step = at.step;
    this.examples = at.examples;
  }
}
