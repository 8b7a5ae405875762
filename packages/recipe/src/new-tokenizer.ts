import { z } from 'zod';
import { ruled } from './rules.ts';
import type { Architecture } from './task.ts';

/** A tokenizer that is learnt from the training file, for weights that begin at random. */
export const newTokenizerSchema = ruled(
  z.strictObject({
    kind: z
      .enum(['byte_level_bpe', 'wordpiece', 'unigram'])
      .describe(
        'how its vocabulary is learnt: merges of bytes, which write every text; pieces of words, for encoders; or the likeliest pieces of a unigram language model',
      ),
    vocabularySize: z
      .int()
      .min(1)
      .describe('tokens in all, special ones included; the rows of the embedding of the new model'),
    specialTokens: z
      .array(z.string().min(1))
      .optional()
      .describe("further control tokens, after the added tokens of the base model's tokenizer"),
  }),
  {
    at: 'specialTokens',
    breaks: ({ specialTokens = [] }) => new Set(specialTokens).size < specialTokens.length,
    message: 'names a token twice',
  },
);

/** The kind of a tokenizer that is learnt. */
export type NewTokenizerKind = z.output<typeof newTokenizerSchema>['kind'];

/**
 * Why a model of that architecture takes no tokenizer of the kind; undefined where it does.
 * @example unfitTokenizer('wordpiece', 'decoder') !== undefined;
 */
export function unfitTokenizer(
  kind: NewTokenizerKind,
  architecture: Architecture,
): string | undefined {
  if (kind !== 'wordpiece' || architecture === 'encoder') return undefined;
  return 'wordpiece keeps neither spaces nor capitals: take byte_level_bpe or unigram';
}
