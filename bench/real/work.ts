/** Rows in tokens, as both programs read them from a file: flags are 1 where a token is learned. */
export type TokenRows = {
  readonly tokens: readonly (readonly number[])[];
  readonly supervised: readonly (readonly number[])[];
};

/** What a program prints of one pass over the rows, as its last line, in JSON. */
export type EpochResult = {
  /** Of the whole epoch, without what is done once. */
  readonly seconds: number;
  readonly supervisedTokens: number;
  /** The mean of the steps' losses: both programs must do the same work. */
  readonly loss: number;
  /** Tokens that went through the model, padding included; where it is known. */
  readonly slots: number | null;
  /** Names where the rows lay: equal in runs that computed the same. */
  readonly plan?: string;
};

/** Examples of a step, in both programs. */
export const batchSize = 8;
