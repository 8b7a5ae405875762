/**
 * A tokenizer or chat template that cannot be honoured exactly, or text that it cannot represent.
 * @example throw new TokenizerError('tokenizer.json', 'model.type is "WordLevel"');
 */
export class TokenizerError extends Error {
  override readonly name = 'TokenizerError';
  /** The file at fault, or a short description where there is no file. */
  readonly source: string;

  constructor(source: string, problem: string) {
    super(`${source}: ${problem}`);
    this.source = source;
  }
}
