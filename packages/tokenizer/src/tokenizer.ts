import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createControlFinder, createSectionSplitter } from './added-tokens.ts';
import { createDecoder, type TokenStream } from './decoder.ts';
import { TokenizerError } from './error.ts';
import { parseSpecification, type Specification } from './specification.ts';
import { createWordEncoder } from './word-encoder.ts';

export type EncodeOptions = {
  /** Read special tokens in the text as control tokens. Off by default: text from users must not control. */
  special?: boolean;
  /** Add what the post-processor adds around a text, such as a beginning-of-sequence token. */
  addSpecial?: boolean;
  /** A character that keeps special tokens apart where it stands, and is itself left out. */
  guard?: string;
};

/** Token i of `tokens` stands for the UTF-16 units [start, end) of the text; added ones are empty. */
export type EncodedText = { tokens: number[]; offsets: [start: number, end: number][] };

export type Tokenizer = {
  encode(text: string, options?: EncodeOptions): number[];
  encodeWithOffsets(text: string, options?: EncodeOptions): EncodedText;
  /** Bytes that are not valid UTF-8 become U+FFFD. Throws RangeError for an id outside the vocabulary. */
  decode(tokens: Iterable<number>, options?: { skipSpecial?: boolean }): string;
  /** Decodes token by token; a character comes out only when it is whole. Joined, the same as decode. */
  stream(options?: { skipSpecial?: boolean }): TokenStream;
  tokenId(text: string): number | undefined;
  /** One more than the highest token id. */
  vocabularySize: number;
  isSpecial(token: number): boolean;
  /** The text of every special token. */
  specialTokens: readonly string[];
  /** Special tokens written out in `text`, each once: an attempt to control, or a formatting mistake. */
  controlStrings(text: string): string[];
  /** Token ids that `addSpecial` puts before and after a text. */
  prefix: readonly number[];
  suffix: readonly number[];
};

/** Reads `tokenizer.json` in a model folder; throws TokenizerError naming what cannot be honoured. */
export async function loadTokenizer(folder: string): Promise<Tokenizer> {
  const file = join(folder, 'tokenizer.json');
  let json: unknown;
  try {
    json = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new TokenizerError(file, isMissing ? 'the file is missing' : (error as Error).message);
  }
  return createTokenizer(json, file);
}

/** Builds a tokenizer from a parsed tokenizer.json; `source` names it in errors. */
export function createTokenizer(json: unknown, source = 'tokenizer.json'): Tokenizer {
  const specification = parseSpecification(source, json);
  const encodeSections = createSectionEncoder(specification);
  const ids = new Map(specification.vocabulary);
  for (const { id, content } of specification.addedTokens) ids.set(content, id);
  const special = new Set(
    specification.addedTokens.flatMap((token) => (token.special ? [token.id] : [])),
  );
  const decoder = createDecoder(specification);
  const { prefix, suffix } = specification;

  const encode = (text: string, options: EncodeOptions, offsets?: [number, number][]): number[] => {
    const tokens: number[] = [];
    const affix = (extra: readonly number[], at: number) => {
      if (options.addSpecial !== true) return;
      tokens.push(...extra);
      offsets?.push(...extra.map((): [number, number] => [at, at]));
    };
    affix(prefix, 0);
    const { special = false, guard } = options;
    if (guard !== undefined && offsets !== undefined) {
      throw new TokenizerError(source, 'a guard and offsets cannot be asked for together');
    }
    encodeSections(text, { special, guard, tokens, offsets });
    affix(suffix, text.length);
    return tokens;
  };
  return {
    encode: (text, options = {}) => encode(text, options),
    encodeWithOffsets: (text, options = {}) => {
      const offsets: [number, number][] = [];
      return { tokens: encode(text, options, offsets), offsets };
    },
    decode: (tokens, options = {}) => decoder.decode(tokens, options.skipSpecial ?? false),
    stream: (options = {}) => decoder.stream(options.skipSpecial ?? false),
    tokenId: (text) => ids.get(text),
    vocabularySize: decoder.size,
    isSpecial: (token) => special.has(token),
    specialTokens: specification.addedTokens.flatMap((token) =>
      token.special ? [token.content] : [],
    ),
    controlStrings: createControlFinder(specification.addedTokens),
    prefix,
    suffix,
  };
}

type Sink = {
  special: boolean;
  guard: string | undefined;
  tokens: number[];
  offsets: [number, number][] | undefined;
};

/**
 * Added tokens marked `normalized: false` are cut from the text as it is, the others after
 * normalisation: the order in which the reference implementation works.
 */
function createSectionEncoder(specification: Specification) {
  const { addedTokens, normalize, split } = specification;
  const words = createWordEncoder(specification);
  const splitRaw = createSectionSplitter(addedTokens.filter(({ normalized }) => !normalized));
  const splitNormalized = createSectionSplitter(
    addedTokens
      .filter(({ normalized }) => normalized)
      .map((token) => ({ ...token, content: normalize(token.content).text })),
  );

  const encodeText = (source: string, base: number, sink: Sink): void => {
    const { special, guard, tokens, offsets } = sink;
    const { text, alignment } = normalize(source);
    const first = offsets?.length ?? 0;
    for (const section of splitNormalized(text, special)) {
      if (section.token !== undefined) {
        tokens.push(section.token);
        offsets?.push([section.start, section.start + section.text.length]);
        continue;
      }
      let at = section.start;
      const plain = guard === undefined ? section.text : section.text.replaceAll(guard, '');
      for (const word of split(plain)) {
        const found = words.encode(word);
        for (const token of found) tokens.push(token);
        if (offsets !== undefined) words.appendOffsets(word, found, at, offsets);
        at += word.length;
      }
    }
    for (let i = first; offsets !== undefined && i < offsets.length; i++) {
      const [start, end] = offsets[i]!;
      const from = alignment === undefined ? start : alignment.starts[start]!;
      const to = alignment === undefined ? end : alignment.ends[end - 1]!;
      offsets[i] = [base + from, base + to];
    }
  };

  return (text: string, sink: Sink): void => {
    for (const section of splitRaw(text, sink.special)) {
      if (section.token === undefined) encodeText(section.text, section.start, sink);
      else {
        sink.tokens.push(section.token);
        sink.offsets?.push([section.start, section.start + section.text.length]);
      }
    }
  };
}
