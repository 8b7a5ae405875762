/**
 * What a model computes is NaN or infinite: its weights are broken, or too large for float32.
 * @example throw new NotFiniteError('the logits');
 */
export class NotFiniteError extends Error {
  override readonly name = 'NotFiniteError';
  /** What is not finite, such as `the logits`. */
  readonly what: string;

  constructor(what: string) {
    super(`${what} of the model are not finite numbers`);
    this.what = what;
  }
}
