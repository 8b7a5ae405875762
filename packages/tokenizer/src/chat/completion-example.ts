import type { Tokenizer } from '../tokenizer.ts';
import { controlStringsIn, type EncodedExample, toExample } from './chat-example.ts';
import { requireRows } from './rows.ts';

export type Completion = {
  prompt: string;
  completion: string;
  /** The token that ends every completion; a model that never sees it never stops. */
  eos: number;
};

/**
 * Tokens of a prompt and its completion, encoded apart, so that the prompt has the same tokens with and
 * without its completion, which goes on from it. The tokenizer's own prefix comes first; completion and
 * `eos` are supervised. Throws TokenizerError for a token for which the model has no row.
 * @example encodeCompletion(tokenizer, { prompt: 'The capital of France is', completion: ' Paris', eos: 0 });
 */
export function encodeCompletion(
  tokenizer: Tokenizer,
  { prompt, completion, eos }: Completion,
): EncodedExample {
  const context = tokenizer.prefix.concat(tokenizer.encode(prompt));
  const place = prompt === '' ? {} : ({ after: 'text' } as const);
  const tokens = context.concat(tokenizer.encode(completion, place), eos);
  requireRows(tokenizer, tokens);
  const controlStrings = controlStringsIn(tokenizer, [prompt, completion]);
  return toExample(tokens, [[context.length, tokens.length]], controlStrings);
}
