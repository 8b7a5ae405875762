import { TokenizerError } from '../error.ts';
import type { Tokenizer } from '../tokenizer.ts';

/** A text has a token for which the model has no row. */
export class MissingRowError extends TokenizerError {
  readonly token: number;

  constructor(tokenizer: Tokenizer, token: number, rows: number) {
    const text = JSON.stringify(tokenizer.decode([token]));
    super(
      tokenizer.source,
      `the tokenizer has token ${token} (${text}), but the model has ${rows} rows for tokens`,
    );
    this.token = token;
  }
}

/**
 * Throws MissingRowError for the first token beyond the rows of the tokenizer's model, where they are known.
 * @example requireRows(tokenizer, tokenizer.encode('Hello'));
 */
export function requireRows(
  tokenizer: Tokenizer,
  tokens: ArrayLike<number>,
  rows = tokenizer.rows ?? Number.POSITIVE_INFINITY,
): void {
  if (rows === Number.POSITIVE_INFINITY) return;
  // By place: going through a typed array makes an object of each number.
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]!;
    if (token >= rows) throw new MissingRowError(tokenizer, token, rows);
  }
}
