import { bytesOfEntry } from '../model/byte-alphabet.ts';
import { byteToken, type DecoderStep } from './decoder-chain.ts';

export type TokenStream = {
  /** The characters that this token completes; often one token more or less than a word, never half a character. */
  push(token: number): string;
  /** What is left at the end: U+FFFD for a character that was never completed. */
  end(): string;
};

/** Which tokens add no text. */
type Skips = (token: number) => boolean;

export type Decoder = {
  decode(tokens: Iterable<number>, skips: Skips): string;
  stream(skips: Skips): TokenStream;
  /** What an ordinary token adds to a text that has begun; it may be a part of a character. */
  bytes(token: number): Uint8Array;
};

/** The text of each token by id, and which ids are special. */
export type TokenTexts = {
  source: string;
  texts: readonly (string | undefined)[];
  special: ReadonlySet<number>;
  /** Tokens whose text is not written in the byte alphabet. */
  added: ReadonlySet<number>;
};

const nothingSkipped: Skips = () => false;

function textOf({ source, texts }: TokenTexts, token: number): string {
  const text = texts[token];
  if (text !== undefined) return text;
  throw new RangeError(`token ${token} is not in the vocabulary of ${source}`);
}

/** Without `ignoreBOM` a text that starts with U+FEFF would lose it. */
const createTextDecoder = () => new TextDecoder('utf-8', { ignoreBOM: true });

/** Turns byte-level token ids back into text: their bytes, joined and read as UTF-8. */
export function createByteDecoder(tokens: TokenTexts): Decoder {
  const nothing = new Uint8Array(0);
  const pieces = tokens.texts.map((text, id) =>
    text === undefined
      ? nothing
      : ((tokens.added.has(id) ? undefined : bytesOfEntry(text)) ?? Buffer.from(text)),
  );
  const bytesOf = (token: number, skips: Skips): Uint8Array => {
    textOf(tokens, token);
    return skips(token) ? nothing : pieces[token]!;
  };
  return {
    bytes: (token) => bytesOf(token, nothingSkipped),
    decode: (list, skips) => {
      const parts = Array.from(list, (token) => bytesOf(token, skips));
      return createTextDecoder().decode(Buffer.concat(parts));
    },
    stream: (skips) => {
      const decoder = createTextDecoder();
      return {
        push: (token) => decoder.decode(bytesOf(token, skips), { stream: true }),
        end: () => decoder.decode(),
      };
    },
  };
}

/** Turns token ids back into text by a chain of decoders that each rewrite the texts of tokens. */
export function createChainDecoder(tokens: TokenTexts, steps: readonly DecoderStep[]): Decoder {
  const stream = (skips: Skips): TokenStream => {
    const stages = steps.map((step) => step());
    const run = (texts: readonly string[], from: number): string =>
      stages
        .slice(from)
        .reduce((list, stage) => list.flatMap(stage.push), texts)
        .join('');
    return {
      push: (token) => {
        const text = textOf(tokens, token);
        return skips(token) ? '' : run([text], 0);
      },
      end: () => stages.map((stage, i) => run(stage.end(), i + 1)).join(''),
    };
  };
  // What comes first in a text may be rewritten in its own way: tokens are read behind this one.
  const anchor = tokens.texts.findIndex((text, id) => text !== undefined && !tokens.added.has(id));
  return {
    stream,
    bytes: (token) => {
      const byte = byteToken.exec(textOf(tokens, token))?.[1];
      if (byte !== undefined) return Uint8Array.of(Number.parseInt(byte, 16));
      const { push, end } = stream(nothingSkipped);
      push(anchor);
      return Buffer.from(push(token) + end());
    },
    decode: (list, skips) => {
      const { push, end } = stream(skips);
      let text = '';
      for (const token of list) text += push(token);
      return text + end();
    },
  };
}
