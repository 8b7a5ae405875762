import { LatheError } from '@lathe/contracts/error';
import { sizeText } from '@lathe/contracts/words/size';
import type { Tokenizer } from '@lathe/tokenizer/tokenizer';

const longest = new WeakMap<Tokenizer, number>();

/** The bytes of the tokenizer's longest token. */
function longestToken(tokenizer: Tokenizer): number {
  const known = longest.get(tokenizer);
  if (known !== undefined) return known;
  let most = 1;
  for (let token = 0; token < tokenizer.vocabularySize; token++) {
    const bytes = tokenizer.tokenBytes(token);
    if (bytes !== undefined) most = Math.max(most, bytes.length);
    else if (tokenizer.isAdded(token))
      most = Math.max(most, Buffer.byteLength(tokenizer.decode([token])));
  }
  longest.set(tokenizer, most);
  return most;
}

/**
 * Refuses texts that are too long even if each of their tokens were the longest one, before any work goes into them.
 * Throws `context_length_exceeded`.
 */
export function checkBytes(
  texts: readonly string[],
  tokenizer: Tokenizer,
  { room, param, what }: { readonly room: number; readonly param: string; readonly what: string },
): void {
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  const each = longestToken(tokenizer);
  if (bytes <= room * each) return;
  throw new LatheError(
    'context_length_exceeded',
    `This model's maximum context length is ${room} tokens, of at most ${sizeText(each)} each, but ${what} ${sizeText(bytes)}. Please shorten it.`,
    { param },
  );
}
