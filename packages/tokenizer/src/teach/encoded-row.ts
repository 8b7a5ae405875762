/** A token sequence with what is taught of it, in the columns of a shard; what depends on other rows is filled in later. */
export type RowExample = {
  readonly tokens: Int32Array;
  readonly supervised: Uint8Array;
  readonly types?: Uint8Array | undefined;
  readonly labels?: Int32Array | undefined;
  readonly target?: Float32Array | undefined;
  readonly span?: Int32Array | undefined;
};

/** What an author may not expect of a row, and where in it. */
export type RowNote = {
  readonly path: string;
  readonly rule: string;
  readonly message: string;
  readonly level: 'error' | 'warn';
};

/** A row in tokens. */
export type EncodedRow = {
  /**
   * Its token sequences: one, or each answer with what it is asked with; the better and the worse answer, each with
   * what stands before it; or pieces.
   */
  readonly examples: readonly RowExample[];
  /** Control tokens that a user wrote out in the text. */
  readonly controlStrings: readonly string[];
  /** What the model's files make of the row that its author may not expect. */
  readonly notes: readonly RowNote[];
};

/**
 * How long sequences may be.
 * @example const room: Room = { maxTokens: 512, pieceTokens: 512 };
 */
export type Room = {
  /** Longest row in tokens. */
  readonly maxTokens: number;
  /** Tokens of the pieces that texts are cut into. */
  readonly pieceTokens: number;
};
