import { bytesOfEntry } from './byte-alphabet.ts';
import { TokenizerError } from './error.ts';
import type { Specification } from './specification.ts';

export type TokenStream = {
  /** The characters that this token completes; often one token more or less than a word, never half a character. */
  push(token: number): string;
  /** What is left at the end: U+FFFD for a character that was never completed. */
  end(): string;
};

export type Decoder = {
  size: number;
  decode(tokens: Iterable<number>, skipSpecial: boolean): string;
  stream(skipSpecial: boolean): TokenStream;
};

/** Without `ignoreBOM` a text that starts with U+FEFF would lose it. */
const createTextDecoder = () => new TextDecoder('utf-8', { ignoreBOM: true });

/** Turns token ids back into text: their bytes, joined and read as UTF-8. */
export function createDecoder(specification: Specification): Decoder {
  const pieces = collectPieces(specification);
  const special = new Set(
    specification.addedTokens.flatMap((token) => (token.special ? [token.id] : [])),
  );
  const nothing = new Uint8Array(0);
  const bytesOf = (token: number, skipSpecial: boolean): Uint8Array => {
    const piece = pieces[token];
    if (piece === undefined)
      throw new RangeError(`token ${token} is not in the vocabulary of ${specification.source}`);
    return skipSpecial && special.has(token) ? nothing : piece;
  };
  return {
    size: pieces.length,
    decode: (tokens, skipSpecial) => {
      const parts = Array.from(tokens, (token) => bytesOf(token, skipSpecial));
      return createTextDecoder().decode(Buffer.concat(parts));
    },
    stream: (skipSpecial) => {
      const decoder = createTextDecoder();
      return {
        push: (token) => decoder.decode(bytesOf(token, skipSpecial), { stream: true }),
        end: () => decoder.decode(),
      };
    },
  };
}

/** The bytes of each token, by id. */
function collectPieces({ source, vocabulary, addedTokens }: Specification): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  const added = new Map(addedTokens.map(({ id, content }) => [id, content]));
  for (const [entry, id] of vocabulary) {
    const content = added.get(id);
    if (content !== undefined && content !== entry) {
      throw new TokenizerError(source, `token id ${id} means both "${entry}" and "${content}"`);
    }
    if (pieces[id] !== undefined)
      throw new TokenizerError(source, `model.vocab uses token id ${id} twice`);
    pieces[id] = bytesOfEntry(entry) ?? Buffer.from(entry);
  }
  for (const [id, content] of added) pieces[id] = Buffer.from(content);
  return pieces;
}
