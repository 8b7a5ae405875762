import type { CompletionLogprobs } from '@lathe/contracts/http/completion';
import type { PlacedLogprob } from '@lathe/contracts/message/completion';

/** Log-probabilities of one text in the form of legacy completions, as they come. */
export type Logprobs = {
  /** Takes further tokens and returns what is told of them. */
  push(tokens: readonly PlacedLogprob[]): CompletionLogprobs;
  /** Everything so far. */
  all(): CompletionLogprobs;
};

/** Offsets are counted through the bytes of the tokens, since a token may hold a part of a character. */
export function createLogprobs(): Logprobs {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let offset = 0;
  const whole = empty();
  return {
    push(tokens) {
      const added = empty();
      for (const token of tokens) {
        for (const part of [added, whole]) {
          part.tokens.push(token.token);
          part.token_logprobs.push(token.logprob);
          part.text_offset.push(offset);
          part.top_logprobs?.push(token.logprob === null ? null : topOf(token));
        }
        offset += decoder.decode(Uint8Array.from(token.bytes ?? []), { stream: true }).length;
      }
      return added;
    },
    all: () => whole,
  };
}

function empty(): CompletionLogprobs {
  return { tokens: [], token_logprobs: [], top_logprobs: [], text_offset: [] };
}

/** Alternatives by their texts, and the token itself, which may not be among the likeliest. */
function topOf({ token, logprob, top_logprobs: top }: PlacedLogprob): Record<string, number> {
  const named: Record<string, number> = {};
  for (const other of top) named[other.token] ??= other.logprob;
  if (logprob !== null) named[token] ??= logprob;
  return named;
}
