/**
 * A vocabulary that cannot be learnt of a text in the size that is asked for.
 * @example const isSize = (error: unknown): boolean => error instanceof VocabularySizeError;
 */
export class VocabularySizeError extends RangeError {
  override readonly name = 'VocabularySizeError';

  /** `least`: with the special tokens and single characters alone; `most`: with all that the text gives. */
  constructor(asked: number, limit: { readonly least: number } | { readonly most: number }) {
    super(
      'least' in limit
        ? `a vocabulary of ${asked} tokens is too small: the special tokens and the single characters of the text take ${limit.least} alone`
        : `a vocabulary of ${asked} tokens is more than the text gives, which is ${limit.most}`,
    );
  }
}
