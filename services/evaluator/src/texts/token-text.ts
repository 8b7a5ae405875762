import type { TokenLogprob } from '@lathe/contracts/http/chat';
import type { Tokenizer } from '@lathe/tokenizer/tokenizer';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * A token as log-probabilities tell it: its text and its bytes, which joined are the answer's. Bytes that are only a part
 * of a character stand in the text as `\xe2`, as in OpenAI's API.
 */
export function tokenText(
  tokenizer: Pick<Tokenizer, 'decode' | 'tokenBytes'>,
  token: number,
): Pick<TokenLogprob, 'token' | 'bytes'> {
  const bytes = tokenizer.tokenBytes(token) ?? Buffer.from(tokenizer.decode([token]));
  return { token: escaped(bytes), bytes: [...bytes] };
}

/** The characters that are whole, and the other bytes as escapes. */
function escaped(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const length = characterLength(bytes[at] as number);
    const character = decode(bytes.subarray(at, at + length));
    text += character ?? `\\x${(bytes[at] as number).toString(16).padStart(2, '0')}`;
    at += character === undefined ? 1 : length;
  }
  return text;
}

/** How many bytes a character has that begins with this one. */
function characterLength(first: number): number {
  if (first < 0xc0) return 1;
  if (first < 0xe0) return 2;
  return first < 0xf0 ? 3 : 4;
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
