/** Everything that decides what the built-in model becomes. The same recipe gives the same bytes on one machine. */
export interface Recipe {
  readonly seed: number;
  readonly vocabularySize: number;
  readonly architecture: {
    readonly hiddenSize: number;
    readonly intermediateSize: number;
    readonly layers: number;
    readonly heads: number;
    readonly keyValueHeads: number;
    readonly maxPositions: number;
    readonly ropeTheta: number;
    readonly normEpsilon: number;
    /** Standard deviation of the random weights at the start. */
    readonly initializerRange: number;
  };
  /** Characters of text that the tokenizer is learned from. */
  readonly tokenizerCharacters: number;
  readonly pretraining: {
    /** Tokens in all; each is seen once. */
    readonly tokens: number;
    readonly windowTokens: number;
    /** Windows in an optimizer step. */
    readonly batchSize: number;
    readonly learningRate: number;
    readonly weightDecay: number;
  };
  readonly chat: {
    /** Conversations in all; each is seen once. */
    readonly conversations: number;
    /** Conversations in an optimizer step. */
    readonly batchSize: number;
    readonly learningRate: number;
    readonly maxTokens: number;
  };
  /** Texts and conversations that are never trained on, for the numbers of the model card. */
  readonly heldOut: { readonly windows: number; readonly conversations: number };
}

/** The recipe of models/lathe-tiny. */
export const tinyRecipe: Recipe = {
  seed: 2026,
  vocabularySize: 2048,
  architecture: {
    hiddenSize: 128,
    intermediateSize: 384,
    layers: 4,
    heads: 4,
    keyValueHeads: 2,
    maxPositions: 1024,
    ropeTheta: 10_000,
    normEpsilon: 1e-5,
    initializerRange: 0.04,
  },
  tokenizerCharacters: 6_000_000,
  pretraining: {
    tokens: 5_000_000,
    windowTokens: 128,
    batchSize: 16,
    learningRate: 3e-3,
    weightDecay: 0.05,
  },
  chat: { conversations: 60_000, batchSize: 32, learningRate: 1e-3, maxTokens: 384 },
  heldOut: { windows: 64, conversations: 500 },
};

/** The same recipe, made small enough for a test: seconds instead of minutes. */
export const smokeRecipe: Recipe = {
  ...tinyRecipe,
  vocabularySize: 400,
  architecture: {
    ...tinyRecipe.architecture,
    hiddenSize: 32,
    intermediateSize: 64,
    layers: 1,
    heads: 2,
    keyValueHeads: 1,
  },
  tokenizerCharacters: 60_000,
  pretraining: { ...tinyRecipe.pretraining, tokens: 8_192, windowTokens: 128, batchSize: 8 },
  chat: { ...tinyRecipe.chat, conversations: 32, batchSize: 16 },
  heldOut: { windows: 4, conversations: 8 },
};
