/** Tokens that a row may have, and those that are kept for what the model answers. */
export type RowRoom = { readonly maxTokens: number; readonly answerTokens: number };

/** What rows of a kind may have. */
export function roomOf(
  { rows }: { readonly rows: string },
  { maxTokens, prompts }: { readonly maxTokens: number; readonly prompts: RowRoom },
): RowRoom {
  return rows === 'prompt' ? prompts : { maxTokens, answerTokens: 0 };
}
