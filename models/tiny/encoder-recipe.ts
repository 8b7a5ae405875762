/** Everything that decides what the built-in encoder becomes. The same recipe gives the same bytes on one machine. */
export interface EncoderRecipe {
  readonly seed: number;
  readonly vocabularySize: number;
  readonly architecture: {
    readonly hiddenSize: number;
    readonly intermediateSize: number;
    readonly layers: number;
    readonly heads: number;
    readonly maxPositions: number;
    /** Standard deviation of the random weights at the start. */
    readonly initializerRange: number;
  };
  /** Characters of text that the tokenizer is learned from. */
  readonly tokenizerCharacters: number;
  /** Texts in all; each is seen once. */
  readonly texts: number;
  /** Tokens of the longest text; every eighth text is as long, made of several documents. */
  readonly maxTokens: number;
  /** Share of the tokens that are asked for. */
  readonly hiddenShare: number;
  /** Texts in an optimizer step. */
  readonly batchSize: number;
  readonly learningRate: number;
  readonly weightDecay: number;
  /** Texts that are never trained on, for the numbers of the model card. */
  readonly heldOutTexts: number;
}

/** The recipe of models/lathe-tiny-encoder. */
export const tinyEncoderRecipe: EncoderRecipe = {
  seed: 2027,
  vocabularySize: 4096,
  architecture: {
    hiddenSize: 128,
    intermediateSize: 512,
    layers: 3,
    heads: 4,
    maxPositions: 512,
    initializerRange: 0.04,
  },
  tokenizerCharacters: 6_000_000,
  texts: 40_000,
  maxTokens: 128,
  hiddenShare: 0.3,
  batchSize: 24,
  learningRate: 3e-3,
  weightDecay: 0.01,
  heldOutTexts: 400,
};

/** The same recipe, made small enough for a test: seconds instead of minutes. */
export const smokeEncoderRecipe: EncoderRecipe = {
  ...tinyEncoderRecipe,
  vocabularySize: 400,
  architecture: {
    ...tinyEncoderRecipe.architecture,
    hiddenSize: 32,
    intermediateSize: 64,
    layers: 1,
    heads: 2,
  },
  tokenizerCharacters: 60_000,
  texts: 64,
  batchSize: 16,
  heldOutTexts: 8,
};
