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

/**
 * The error for a step whose loss, or a gradient of it, is not finite.
 * @example throw divergedAt({ step: 3, examples: [0, 1] }, Number.NaN, 'float16');
 */
export function divergedAt(
  at: { readonly step: number; readonly examples: readonly number[] },
  loss: number,
  precision: 'float32' | 'float16',
): DivergedError {
  const what = Number.isFinite(loss) ? 'a gradient' : 'the loss';
  const other = precision === 'float16' ? ' or the precision float32' : '';
  return new DivergedError(
    `${what} is not a finite number at step ${at.step} (examples ${at.examples.join(', ')}); a lower learning rate${other} may help`,
    at,
  );
}
