import { z } from 'zod';
import { type Component, parseField } from '../component.ts';
import { TokenizerError } from '../error.ts';
import type { BpeSpecification } from './bpe-specification.ts';
import { createByteLevelBpe } from './byte-level-bpe.ts';
import { createCharacterBpe } from './character-bpe.ts';
import { createUnigram } from './unigram.ts';
import type { WordEncoder } from './word-encoder.ts';
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
export type Entries = readonly (readonly [entry: string, id: number])[];
export type ReadModel = {
  entries: Entries;
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
  const create = isByteLevel ? createByteLevelBpe : createCharacterBpe;
  return { entries, words: create(specification) };
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
  return { entries, words, subwordPrefix: model.continuing_subword_prefix || undefined };
}

function readUnigram(source: string, component: Component): ReadModel {
  const model = parseField(source, unigramSchema, component, 'model');
  const unknown = model.unk_id ?? undefined;
  if (unknown !== undefined && unknown >= model.vocab.length)
    throw new TokenizerError(source, `model.unk_id ${unknown} is not in the vocabulary`);
  const words = createUnigram({
    source,
    pieces: model.vocab,
    unknown,
    byteFallback: model.byte_fallback ?? false,
  });
  return { entries: model.vocab.map(([text], id) => [text, id]), words };
}
