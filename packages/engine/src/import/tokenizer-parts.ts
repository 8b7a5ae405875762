/** What makes one kind of tokenizer.json: all of it but the vocabulary and the special tokens. */
export type TokenizerParts = {
  readonly normalizer: object | null;
  readonly preTokenizer: object | null;
  readonly decoder: object;
  /** Stands where no special token is put around a text. */
  readonly postProcessor: object | null;
  readonly model: object;
  /** Whether a text begins and ends with special tokens where the file does not say it. */
  readonly addsBegin: boolean;
};
