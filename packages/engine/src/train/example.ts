/**
 * One training example in tokens. `supervised[i]` is 1 when token i is a target, predicted from the
 * tokens before it in the same example; the first token has nothing before it and is never a target.
 */
export type TokenizedExample = { readonly tokens: Int32Array; readonly supervised: Uint8Array };

/** How many tokens of an example the loss counts. */
export function targetCount(example: TokenizedExample): number {
  let count = 0;
  for (let at = 1; at < example.supervised.length; at++) count += example.supervised[at] ? 1 : 0;
  return count;
}

/** An example whose every token (but the first) is a target: raw text, for pre-training. */
export function textExample(tokens: ArrayLike<number>): TokenizedExample {
  return {
    tokens: Int32Array.from(tokens),
    supervised: new Uint8Array(tokens.length).fill(1),
  };
}

/**
 * Throws RangeError, naming the example by its index, when one has unequal arrays, is longer than
 * `maxTokens`, has no target, or holds a token outside the vocabulary. Nothing is cut silently.
 */
export function checkExamples(
  examples: readonly TokenizedExample[],
  limits: { readonly maxTokens: number; readonly vocabularySize: number },
): void {
  if (examples.length === 0) throw new RangeError('there are no examples');
  for (const [index, example] of examples.entries()) {
    const { tokens, supervised } = example;
    if (tokens.length !== supervised.length)
      throw new RangeError(
        `example ${index} has ${tokens.length} tokens but ${supervised.length} supervised flags`,
      );
    if (tokens.length > limits.maxTokens)
      throw new RangeError(
        `example ${index} has ${tokens.length} tokens; at most ${limits.maxTokens} are allowed`,
      );
    if (targetCount(example) === 0)
      throw new RangeError(`example ${index} has no supervised token after its first`);
    for (const token of tokens)
      if (token < 0 || token >= limits.vocabularySize)
        throw new RangeError(
          `example ${index} holds token ${token}; the vocabulary has ${limits.vocabularySize}`,
        );
  }
}
