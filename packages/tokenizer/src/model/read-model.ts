import { z } from 'zod';
import { type Component, parseField } from '../component.ts';
import { TokenizerError } from '../error.ts';
import type { BpeSpecification } from './bpe-specification.ts';
import { createByteLevelBpe } from './byte-level-bpe.ts';
import { createCharacterBpe } from './character-bpe.ts';
import { createUnigram } from './unigram.ts';
import { byteTokenName, type WordEncoder } from './word-encoder.ts';
import { createWordPiece } from './word-piece.ts';

/** Entries as pairs: an object of any other making would lose one that is called `__proto__`. */
const vocabularySchema = z
  .custom<object>((value) => typeof value === 'object' && value !== null && !Array.isArray(value), {
    error: 'expected an object',
  })
  .transform((value) => Object.entries(value))
  .pipe(z.array(z.tuple([z.string(), z.int().nonnegative()])));
const bpeSchema = z.looseObject({
  vocab: vocabularySchema,
  merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])),
  dropout: z.number().nullish(),
  unk_token: z.string().nullish(),
  continuing_subword_prefix: z.string().nullish(),
  end_of_word_suffix: z.string().nullish(),
  fuse_unk: z.boolean().nullish(),
  byte_fallback: z.boolean().nullish(),
  ignore_merges: z.boolean().nullish(),
});
const wordPieceSchema = z.looseObject({
  vocab: vocabularySchema,
  unk_token: z.string().default('[UNK]'),
  continuing_subword_prefix: z.string().default('##'),
  max_input_chars_per_word: z.int().nonnegative().default(100),
});
const unigramSchema = z.looseObject({
  vocab: z.array(z.tuple([z.string(), z.number()])).min(1),
  unk_id: z.int().nonnegative().nullish(),
  byte_fallback: z.boolean().nullish(),
});

/** The token ids of a model's entries. An id may have several. */
type Entries = readonly (readonly [entry: string, id: number])[];

/** How words become tokens; `sentencepiece_bpe` is BPE over characters. */
export type TokenizerFamily = 'byte_level_bpe' | 'sentencepiece_bpe' | 'wordpiece' | 'unigram';

export type ReadModel = {
  entries: Entries;
  family: TokenizerFamily;
  /** What stands for characters that no entry has; undefined where none does. */
  unknown: number | undefined;
  /** Tokens of single bytes, which characters that no entry has become. */
  byteTokens: ReadonlySet<number>;
  words: WordEncoder;
  /** What begins an entry that goes on with a word; undefined where entries do not tell. */
  subwordPrefix?: string | undefined;
};

/**
 * Builds the model of a tokenizer.json: BPE over bytes or characters, WordPiece or Unigram. Throws
 * TokenizerError naming a model or an option that is not supported.
 */
export function readModel(source: string, model: Component, isByteLevel: boolean): ReadModel {
  if (model.type === 'BPE') return readBpe(source, model, isByteLevel);
  if (model.type !== 'WordPiece' && model.type !== 'Unigram') {
    const problem = `model type "${model.type}" is not supported; "BPE", "WordPiece" and "Unigram" are`;
    throw new TokenizerError(source, problem);
  }
  if (isByteLevel) {
    const problem = `pre_tokenizer "ByteLevel" with a ${model.type} model is not supported`;
    throw new TokenizerError(source, problem);
  }
  return model.type === 'WordPiece' ? readWordPiece(source, model) : readUnigram(source, model);
}

function readBpe(source: string, component: Component, isByteLevel: boolean): ReadModel {
  const refuse = (problem: string): never => {
    throw new TokenizerError(source, `${problem} is not supported`);
  };
  const model = parseField(source, bpeSchema, component, 'model');
  if (model.dropout) refuse(`model.dropout ${model.dropout}`);
  if (model.continuing_subword_prefix) refuse('model.continuing_subword_prefix');
  if (model.end_of_word_suffix) refuse('model.end_of_word_suffix');
  const byteFallback = model.byte_fallback ?? false;
  if (byteFallback && isByteLevel) refuse('model.byte_fallback after pre_tokenizer "ByteLevel"');
  const entries = model.vocab;
  const specification: BpeSpecification = {
    source,
    vocabulary: new Map(entries),
    merges: model.merges.map((merge) =>
      typeof merge === 'string' ? splitMerge(source, merge) : merge,
    ),
    ignoreMerges: model.ignore_merges ?? false,
    // An empty name is how some files say that there is none.
    unknownToken: model.unk_token || undefined,
    fuseUnknown: model.fuse_unk ?? false,
    byteFallback,
  };
  if (isByteLevel)
    return {
      ...{ entries, family: 'byte_level_bpe', unknown: undefined, byteTokens: new Set() },
      words: createByteLevelBpe(specification),
    };
  const { vocabulary, unknownToken } = specification;
  return {
    ...{ entries, family: 'sentencepiece_bpe', unknown: vocabulary.get(unknownToken ?? '') },
    byteTokens: byteFallback ? byteTokensOf(vocabulary) : new Set(),
    words: createCharacterBpe(specification),
  };
}

function byteTokensOf(vocabulary: ReadonlyMap<string, number>): ReadonlySet<number> {
  const found = Array.from({ length: 256 }, (_, byte) => vocabulary.get(byteTokenName(byte)));
  return new Set(found.filter((token) => token !== undefined));
}

function splitMerge(source: string, merge: string): readonly [string, string] {
  const [left, right, ...rest] = merge.split(' ');
  if (left && right && rest.length === 0) return [left, right];
  throw new TokenizerError(source, `model.merges: "${merge}" is not two tokens and a space`);
}

function readWordPiece(source: string, component: Component): ReadModel {
  const model = parseField(source, wordPieceSchema, component, 'model');
  const entries = model.vocab;
  const words = createWordPiece({
    source,
    vocabulary: new Map(entries),
    unknownToken: model.unk_token,
    prefix: model.continuing_subword_prefix,
    longestWord: model.max_input_chars_per_word,
  });
  return {
    ...{ entries, family: 'wordpiece', words, byteTokens: new Set() },
    unknown: new Map(entries).get(model.unk_token),
    subwordPrefix: model.continuing_subword_prefix || undefined,
  };
}

function readUnigram(source: string, component: Component): ReadModel {
  const model = parseField(source, unigramSchema, component, 'model');
  const unknown = model.unk_id ?? undefined;
  if (unknown !== undefined && unknown >= model.vocab.length)
    throw new TokenizerError(source, `model.unk_id ${unknown} is not in the vocabulary`);
  const byteFallback = model.byte_fallback ?? false;
  const words = createUnigram({ source, pieces: model.vocab, unknown, byteFallback });
  const entries = model.vocab.map(([text], id) => [text, id] as const);
  const byteTokens = byteFallback ? byteTokensOf(new Map(entries)) : new Set<number>();
  return { entries, family: 'unigram', unknown, byteTokens, words };
}
