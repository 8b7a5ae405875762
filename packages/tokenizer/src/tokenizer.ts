import { isUtf8 } from 'node:buffer';
import { join } from 'node:path';
import {
  createByteDecoder,
  createChainDecoder,
  type TokenStream,
  type TokenTexts,
} from './decode/decoder.ts';
import { createControlFinder } from './encode/added-tokens.ts';
import { createPlainEncoder, type PlainEncoder } from './encode/plain-encoder.ts';
import { affixes } from './encode/post-processor.ts';
import { createSectionEncoder } from './encode/section-encoder.ts';
import { cutWindows, type TextWindow, type WindowOptions } from './encode/text-windows.ts';
import { createOffsetTrimmer } from './encode/trim-offsets.ts';
import { TokenizerError } from './error.ts';
import { readTokenizerFolder } from './folder/load.ts';
import type { TokenizerFamily } from './model/read-model.ts';
import { parseSpecification, type Specification } from './specification.ts';
import { TokenList } from './token-list.ts';

export type EncodeOptions = {
  /** Read special tokens in the text as control tokens. Off by default: text from users must not control. */
  special?: boolean;
  /** Add what the post-processor adds around a text, such as a beginning-of-sequence token. */
  addSpecial?: boolean;
  /**
   * What the text comes after. It goes on from `text`, so that no first space is put before it; after a
   * `token` (an added one) it starts anew within what is encoded. Left out: it is the start of all.
   */
  after?: 'text' | 'token';
  /** A character that keeps special tokens apart where it stands, and is itself left out. */
  guard?: string;
};

/**
 * Token i of `tokens` stands for the UTF-16 units [start, end) of the text, whatever normalisation did to
 * it; added ones are empty.
 */
export type EncodedText = { tokens: number[]; offsets: [start: number, end: number][] };

/** With `skipSpecial` special tokens add no text, but for those in `except`. */
type DecodeOptions = { skipSpecial?: boolean; except?: readonly string[] };

export type Tokenizer = {
  encode(text: string, options?: EncodeOptions): number[];
  /** Appends what `encode` gives but what `addSpecial` adds. */
  append(tokens: TokenList, text: string, options?: Omit<EncodeOptions, 'addSpecial'>): void;
  encodeWithOffsets(text: string, options?: EncodeOptions): EncodedText;
  /** Encodes parts of texts without strings; undefined where texts are changed before they are cut, or cut in an unusual way. */
  plain: PlainEncoder | undefined;
  /**
   * What a model without a chat template reads: a text, or two such as a question and its context, in the
   * post-processor's template, in windows over the last of them. Throws RangeError when there is no room, and
   * TokenizerError where the tokenizer has no template for two.
   */
  encodeWindows(
    texts: readonly [string] | readonly [string, string],
    options: WindowOptions,
  ): TextWindow[];
  /** Bytes that are not valid UTF-8 become U+FFFD. Throws RangeError for an id outside the vocabulary. */
  decode(tokens: Iterable<number>, options?: DecodeOptions): string;
  /** Decodes token by token; a character comes out only when it is whole. Joined, the same as decode. */
  stream(options?: DecodeOptions): TokenStream;
  tokenId(text: string): number | undefined;
  /** The entry of a token as the vocabulary has it, such as `##ing` or `Ġthe`; undefined for an id that means nothing. */
  entry(token: number): string | undefined;
  /** What begins an entry that goes on with a word, such as `##`; undefined where entries do not tell. */
  subwordPrefix: string | undefined;
  /** Whether the id means a token: vocabularies may have holes. */
  hasToken(token: number): boolean;
  /**
   * The bytes that a token adds to a text that has begun; they may be a part of a character. undefined for
   * special and added tokens and for ids that mean nothing.
   */
  tokenBytes(token: number): Uint8Array | undefined;
  family: TokenizerFamily;
  /** Whether the token stands for what no entry has: an unknown word or character, or bytes that are a part of a character; `bytes` is also what byte fallback writes. */
  fallbackOf(token: number): 'unknown' | 'bytes' | undefined;
  /** The tokens from this id on that text without special tokens can have; entries that no word reaches are none. */
  textTokens(from: number): number[];
  /** Names the tokenizer in errors. */
  source: string;
  /** Rows of the model's embedding, as its config.json has them; undefined where it is not known. */
  rows: number | undefined;
  /** One more than the highest token id. */
  vocabularySize: number;
  isSpecial(token: number): boolean;
  /** Special, or added to the vocabulary beside the model: what is cut out of a text before it is encoded. */
  isAdded(token: number): boolean;
  /** The text of every special token. */
  specialTokens: readonly string[];
  /** The texts of special tokens by the names that the folder gives them, such as `eos_token`. */
  names: ReadonlyMap<string, string>;
  /** Special tokens written out in `text`, each once: an attempt to control, or a formatting mistake. */
  controlStrings(text: string): string[];
  /** Token ids that `addSpecial` puts before and after a text. */
  prefix: readonly number[];
  suffix: readonly number[];
};

/**
 * Reads `tokenizer.json` in a model folder and the files beside it that change what it means; throws
 * TokenizerError naming what cannot be honoured.
 * @example const tokens = (await loadTokenizer('models/lathe-tiny')).encode('Hello');
 */
export async function loadTokenizer(folder: string): Promise<Tokenizer> {
  const file = join(folder, 'tokenizer.json');
  const { tokenizer, ...others } = await readTokenizerFolder(folder);
  if (tokenizer === undefined) throw new TokenizerError(file, 'the file is missing');
  return createTokenizer(tokenizer, file, others);
}

/** What the files beside a tokenizer.json say of its tokens. */
export type TokenNames = {
  names?: ReadonlyMap<string, string>;
  /** Tokens that are special whatever tokenizer.json says. */
  special?: readonly string[];
  rows?: number | undefined;
};

/** Builds a tokenizer from a parsed tokenizer.json; `source` names it in errors. */
export function createTokenizer(
  json: unknown,
  source = 'tokenizer.json',
  { names = new Map(), special = [], rows }: TokenNames = {},
): Tokenizer {
  const specification = parseSpecification(source, json, new Set(special));
  const { addedTokens, post } = specification;
  const encodeSections = createSectionEncoder(specification);
  const gathered = new TokenList();
  const texts = collectTexts(specification);
  const ids = new Map([
    ...specification.entries,
    ...addedTokens.map(({ id, content }): [string, number] => [content, id]),
  ]);
  const decoder =
    specification.decoder === 'bytes'
      ? createByteDecoder(texts)
      : createChainDecoder(texts, specification.decoder);
  const trim =
    post.trim === undefined ? undefined : createOffsetTrimmer(texts, post.trim.addPrefixSpace);
  const { prefix, suffix } = affixes(post);
  const control = new Set(addedTokens.flatMap(({ id, isControl }) => (isControl ? [id] : [])));

  const { family, unknown, byteTokens } = specification;
  const isPartOfCharacter = (token: number): boolean =>
    family === 'byte_level_bpe' && !texts.added.has(token) && !isUtf8(decoder.bytes(token));

  const skipsOf = ({ skipSpecial = false, except = [] }: DecodeOptions) => {
    if (!skipSpecial) return () => false;
    const kept = new Set(except.map((text) => ids.get(text)));
    return (token: number) => texts.special.has(token) && !kept.has(token);
  };
  const encode = (
    text: string,
    options: EncodeOptions,
    { offsets, words }: { offsets?: [number, number][]; words?: number[] } = {},
  ): number[] => {
    const { special = false, addSpecial = false, after, guard } = options;
    if (guard !== undefined && offsets !== undefined) {
      throw new TokenizerError(source, 'a guard and offsets cannot be asked for together');
    }
    gathered.clear();
    encodeSections(text, { special, after, guard, tokens: gathered, offsets, words });
    const tokens = gathered.take();
    if (offsets !== undefined) trim?.(text, { tokens, offsets });
    if (!addSpecial) return tokens;
    offsets?.unshift(...prefix.map((): [number, number] => [0, 0]));
    offsets?.push(...suffix.map((): [number, number] => [text.length, text.length]));
    return [...prefix, ...tokens, ...suffix];
  };
  const encodeWithOffsets = (text: string, options: EncodeOptions = {}): EncodedText => {
    const offsets: [number, number][] = [];
    return { tokens: encode(text, options, { offsets }), offsets };
  };
  const encodeWithWords = (text: string, special: boolean) => {
    const offsets: [number, number][] = [];
    const words: number[] = [];
    return { tokens: encode(text, { special }, { offsets, words }), offsets, words };
  };
  return {
    encode: (text, options = {}) => encode(text, options),
    append: (tokens, text, { special = false, after, guard } = {}) =>
      encodeSections(text, { special, after, guard, tokens, offsets: undefined, words: undefined }),
    encodeWithOffsets,
    plain: createPlainEncoder(specification),
    encodeWindows: (texts, options) => {
      const template = texts.length === 1 ? post.single : post.pair;
      if (template.length === 0)
        throw new TokenizerError(source, 'post_processor has no template for pairs');
      const { special = false } = options;
      const encoded = texts.map((text) => encodeWithWords(text, special));
      return cutWindows(template, encoded, options);
    },
    decode: (tokens, options = {}) => decoder.decode(tokens, skipsOf(options)),
    stream: (options = {}) => decoder.stream(skipsOf(options)),
    tokenId: (text) => ids.get(text),
    entry: (token) => texts.texts[token],
    subwordPrefix: specification.subwordPrefix,
    hasToken: (token) => texts.texts[token] !== undefined,
    tokenBytes: (token) =>
      texts.texts[token] === undefined || texts.added.has(token) ? undefined : decoder.bytes(token),
    family,
    fallbackOf: (token) => {
      if (token === unknown) return 'unknown';
      return byteTokens.has(token) || isPartOfCharacter(token) ? 'bytes' : undefined;
    },
    textTokens: (from) => {
      const entries = new Set(specification.entries.map(([, id]) => id));
      const { reaches = () => true } = specification.words;
      const ids = Array.from(
        { length: Math.max(0, texts.texts.length - from) },
        (_, i) => from + i,
      );
      return ids.filter(
        (id) => (texts.added.has(id) && !control.has(id)) || (entries.has(id) && reaches(id)),
      );
    },
    source,
    rows,
    vocabularySize: texts.texts.length,
    isSpecial: (token) => control.has(token),
    isAdded: (token) => texts.added.has(token),
    specialTokens: addedTokens.flatMap((token) => (token.isControl ? [token.content] : [])),
    names,
    controlStrings: createControlFinder(addedTokens),
    prefix,
    suffix,
  };
}

const plainly = { align: false, continues: false };

/** Tables by id are as long as the largest one, so a file must not ask for too much memory. */
const largestTokenId = 2 ** 24;

/** The text of each token, by id. Throws TokenizerError when an id means two things. */
function collectTexts({ source, entries, addedTokens, normalize }: Specification): TokenTexts {
  const texts: (string | undefined)[] = [];
  const added = new Map(addedTokens.map(({ id, content }) => [id, content]));
  let largest = -1;
  for (const [, id] of entries) largest = Math.max(largest, id);
  for (const id of added.keys()) largest = Math.max(largest, id);
  if (largest > largestTokenId)
    throw new TokenizerError(source, `token id ${largest} is more than ${largestTokenId}`);
  for (const [entry, id] of entries) {
    const content = added.get(id);
    if (content !== undefined && content !== entry) {
      throw new TokenizerError(source, `token id ${id} means both "${entry}" and "${content}"`);
    }
    if (texts[id] !== undefined)
      throw new TokenizerError(source, `model.vocab uses token id ${id} twice`);
    texts[id] = entry;
  }
  // As in the reference, a token that is looked for in normalised text is written as it was found there.
  for (const { id, content, normalized } of addedTokens)
    texts[id] = (normalized && normalize(content, plainly).text) || content;
  return {
    source,
    texts,
    special: new Set(addedTokens.flatMap((token) => (token.special ? [token.id] : []))),
    added: new Set(added.keys()),
  };
}
