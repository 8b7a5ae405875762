/**
 * One training example in tokens. `supervised[i]` is 1 when token i is a target, predicted from the
 * tokens before it in the same example; the first token has nothing before it and is never a target. Targets of an
 * answer that was judged bad are `badTarget`.
 */
export type TokenizedExample = { readonly tokens: Int32Array; readonly supervised: Uint8Array };

/** The flag of a target that is no good example, as shards have it. */
export const badTarget = 2;

/** How many tokens of an example the loss counts. */
export function targetCount(example: TokenizedExample): number {
  let count = 0;
  for (let at = 1; at < example.supervised.length; at++) count += example.supervised[at] ? 1 : 0;
  return count;
}

/**
 * An example whose every token (but the first) is a target: raw text, for pre-training.
 * @example const example = textExample([1, 2, 3]);
 */
export function textExample(tokens: ArrayLike<number>): TokenizedExample {
  return {
    tokens: Int32Array.from(tokens),
    supervised: new Uint8Array(tokens.length).fill(1),
  };
}
