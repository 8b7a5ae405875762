import { z } from 'zod';
import type { AddedToken } from './added-tokens.ts';
import { componentSchema, flattenSequence, parseField } from './component.ts';
import { type DecoderStep, readDecoderChain } from './decoder-chain.ts';
import { TokenizerError } from './error.ts';
import type { Normalizer } from './normalizer.ts';
import { type PostProcessor, readPostProcessor } from './post-processor.ts';
import type { PreTokenizer } from './pre-tokenizer.ts';
import { type Entries, readModel } from './read-model.ts';
import { readNormalizer } from './read-normalizer.ts';
import { readPreTokenizer } from './read-pre-tokenizer.ts';
import type { WordEncoder } from './word-encoder.ts';

/** A tokenizer.json, checked, with its parts ready to work. */
export type Specification = {
  source: string;
  entries: Entries;
  addedTokens: readonly AddedToken[];
  normalize: Normalizer;
  preTokenize: PreTokenizer;
  words: WordEncoder;
  post: PostProcessor;
  /** `bytes` for the byte alphabet. */
  decoder: 'bytes' | readonly DecoderStep[];
};

const addedTokenSchema = z.looseObject({
  id: z.int().nonnegative(),
  content: z.string().min(1),
  single_word: z.boolean().default(false),
  lstrip: z.boolean().default(false),
  rstrip: z.boolean().default(false),
  normalized: z.boolean().default(true),
  special: z.boolean().default(false),
});

const fileSchema = z.looseObject({
  added_tokens: z.array(addedTokenSchema).nullish(),
  normalizer: componentSchema.nullish(),
  pre_tokenizer: componentSchema.nullish(),
  post_processor: componentSchema.nullish(),
  decoder: componentSchema.nullish(),
  model: componentSchema,
});

/**
 * Checks a parsed tokenizer.json and builds its parts. Every component or option that would change the ids
 * and is not computed here is refused by name (TokenizerError). `truncation` and `padding` are left to
 * those who ask for tokens.
 */
export function parseSpecification(source: string, json: unknown): Specification {
  const file = parseField(source, fileSchema, json, '');
  const { preTokenize, isByteLevel } = readPreTokenizer(source, file.pre_tokenizer);
  const { entries, words } = readModel(source, file.model, isByteLevel);
  const decoders = flattenSequence(source, file.decoder, 'decoder', 'decoders');
  const isBytes = decoders.length === 1 && decoders[0]!.component.type === 'ByteLevel';
  if (isByteLevel !== isBytes) {
    const named = (type: string | undefined): string => (type === undefined ? 'null' : `"${type}"`);
    throw new TokenizerError(
      source,
      `decoder ${named(file.decoder?.type)} after pre_tokenizer ${named(file.pre_tokenizer?.type)} is not supported`,
    );
  }
  return {
    source,
    entries,
    addedTokens: (file.added_tokens ?? []).map((token) => ({
      id: token.id,
      content: token.content,
      special: token.special,
      normalized: token.normalized,
      singleWord: token.single_word,
      stripLeft: token.lstrip,
      stripRight: token.rstrip,
    })),
    normalize: readNormalizer(source, file.normalizer),
    preTokenize,
    words,
    post: readPostProcessor(source, file.post_processor),
    decoder: isBytes ? 'bytes' : readDecoderChain(source, file.decoder),
  };
}
