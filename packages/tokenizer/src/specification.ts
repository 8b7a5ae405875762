import { z } from 'zod';
import { componentSchema, flattenSequence, parseField } from './component.ts';
import { type DecoderStep, readDecoderChain } from './decode/decoder-chain.ts';
import { type PostProcessor, readPostProcessor } from './encode/post-processor.ts';
import type { SectionParts } from './encode/section-encoder.ts';
import { TokenizerError } from './error.ts';
import { fileTokens } from './folder/settings.ts';
import { createAddedVocabulary } from './folder/vocabulary.ts';
import { type ReadModel, readModel } from './model/read-model.ts';
import { readNormalizer } from './normalize/read-normalizer.ts';
import { readPreTokenizer } from './pre-tokenize/read-pre-tokenizer.ts';

/** A tokenizer.json, checked, with its parts ready to work. */
export type Specification = SectionParts &
  Pick<ReadModel, 'entries' | 'family' | 'unknown' | 'byteTokens'> & {
    source: string;
    subwordPrefix: string | undefined;
    /** Whether texts are changed before they are cut. */
    isNormalized: boolean;
    post: PostProcessor;
    /** `bytes` for the byte alphabet. */
    decoder: 'bytes' | readonly DecoderStep[];
  };

const fileSchema = z.looseObject({
  normalizer: componentSchema.nullish(),
  pre_tokenizer: componentSchema.nullish(),
  post_processor: componentSchema.nullish(),
  decoder: componentSchema.nullish(),
  model: componentSchema,
});

/**
 * Checks a parsed tokenizer.json and builds its parts. Every component or option that would change the ids
 * and is not computed here is refused by name (TokenizerError). `truncation` and `padding` are left to
 * those who ask for tokens. `control` names added tokens that are control tokens though not marked special.
 */
export function parseSpecification(
  source: string,
  json: unknown,
  control: ReadonlySet<string> = new Set(),
): Specification {
  const file = parseField(source, fileSchema, json, '');
  const { isByteLevel, ...cut } = readPreTokenizer(source, file.pre_tokenizer);
  const { words, subwordPrefix, ...model } = readModel(source, file.model, isByteLevel);
  const { entries } = model;
  const decoders = flattenSequence(source, file.decoder, 'decoder', 'decoders');
  const isBytes = decoders.length === 1 && decoders[0]!.component.type === 'ByteLevel';
  if (isByteLevel !== isBytes) {
    const named = (type: string | undefined): string => (type === undefined ? 'null' : `"${type}"`);
    throw new TokenizerError(
      source,
      `decoder ${named(file.decoder?.type)} after pre_tokenizer ${named(file.pre_tokenizer?.type)} is not supported`,
    );
  }
  const vocabulary = createAddedVocabulary(new Map(entries), entries.length);
  vocabulary.add(fileTokens(source, json).map(([, rule]) => rule));
  const placed = vocabulary.list();
  return {
    source,
    ...model,
    subwordPrefix,
    addedTokens: placed.map((token) => ({
      ...token,
      isControl: token.special || control.has(token.content),
    })),
    normalize: readNormalizer(source, file.normalizer),
    isNormalized: file.normalizer != null,
    ...cut,
    words,
    post: readPostProcessor(source, file.post_processor),
    decoder: isBytes ? 'bytes' : readDecoderChain(source, file.decoder),
  };
}
