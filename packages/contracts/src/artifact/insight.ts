import { z } from 'zod';
import { lengthPolicies } from '../http/data.ts';

const whole = z.number().int();

/** How long things are, in tokens: how many are longer than the bar before and at most so long. */
const lengthsSchema = z.object({
  p50: whole,
  p95: whole,
  p99: whole,
  max: whole,
  total: whole,
  bars: z.array(z.object({ upTo: whole, count: whole })),
});
export type Lengths = z.infer<typeof lengthsSchema>;

/** A row in the model's own tokens. */
const shownRowSchema = z.object({
  /**
   * Why this one: the first, the one of middling length, or the longest, as they are trained on; or, as it stands in the file, the
   * first that the length policy cuts, or leaves out.
   */
  which: z.enum(['first', 'middle', 'longest', 'cut', 'left_out']),
  line: whole,
  /** What it is in the shards: one sequence, or several such as both answers of a preference. */
  sequences: z.array(
    z.object({
      /** The text that each token adds, and whether the model learns to write or tag it, or that it is of the answer; null stands for tokens left out here. */
      tokens: z.array(
        z
          .object({
            text: z.string(),
            taught: z.boolean(),
            /** The length policy drops it, so that it is neither read nor learnt. */
            cut: z.literal(true).optional(),
          })
          .nullable(),
      ),
      length: whole,
      /** Of all its tokens, shown or not: those that the length policy drops; absent where it drops none. */
      cut: whole.optional(),
    }),
  ),
  /** Its sequences beyond those that are shown. */
  more: whole,
});
export type ShownRow = z.infer<typeof shownRowSchema>;

/** With what tokens were counted, and how well it suits the texts. */
const encodingSchema = z.object({
  /** The base model whose tokenizer it is. */
  model: z.string(),
  /** How words become tokens: `sentencepiece_bpe` is BPE over characters. */
  family: z.enum(['byte_level_bpe', 'sentencepiece_bpe', 'wordpiece', 'unigram']),
  /** One more than the highest token. */
  vocabulary: whole,
  tokenizerSha256: z.string(),
  /** Whether the model's files have a chat template, and whether the rows went through it. */
  template: z.object({ found: z.boolean(), used: z.boolean() }),
  /** Of the texts of some rows from all over the file, without what a template adds. */
  sample: z.object({
    rows: whole,
    /** Characters, and bytes of UTF-8. */
    letters: whole,
    bytes: whole,
    tokens: whole,
    /** Of the tokens: those of words or characters that the vocabulary lacks, and those of single bytes or other parts of characters. */
    unknown: whole,
    byteTokens: whole,
  }),
});
export type Encoding = z.infer<typeof encodingSchema>;

/** What a data set looks like, beyond what is wrong with it. */
export const insightSchema = z.object({
  /** Absent in reports of before it was told. */
  encoding: encodingSchema.optional(),
  /** The longest sequence that is taken. */
  limit: whole,
  /** Sequences of the rows that are used; a row may be several. */
  sequences: lengthsSchema,
  /** Of their tokens: those that the model is to write, and those before and between them; absent where it learns no tokens. */
  taught: lengthsSchema.optional(),
  asked: lengthsSchema.optional(),
  /**
   * Of chats: texts of messages by their role, without what the template adds, of so many rows that are drawn by their places;
   * absent where rows have no messages, and in reports of before it was looked at.
   */
  roles: z
    .object({
      rows: whole,
      of: z.array(z.object({ role: z.string(), messages: whole, lengths: lengthsSchema })),
    })
    .optional(),
  /** Tokens of all right rows, of those too that are left out for their length, and how many of them are taught. */
  offered: z.object({ tokens: whole, taught: whole }),
  /** What would be lost of those if sequences were cut at a length. */
  truncation: z.array(
    z.object({
      at: whole,
      rows: whole,
      tokens: whole,
      /** Of the tokens: those that the model is to write. */
      taught: whole,
    }),
  ),
  /** Rows of the training file that are longer than the limit, and what each length policy makes of them; absent where there are none. */
  tooLong: z
    .object({
      rows: whole,
      /** What the job asks for; null: what is usual for such rows. */
      chosen: z.enum(lengthPolicies).nullable(),
      policies: z.array(
        z.object({
          policy: z.enum(lengthPolicies),
          /** Rows that are cut or split, rows that are left out, and tokens that are lost with all of these. */
          changed: whole,
          leftOut: whole,
          tokens: whole,
          taught: whole,
          /** Examples that the split rows become. */
          examples: whole.optional(),
        }),
      ),
    })
    .optional(),
  shown: z.array(shownRowSchema),
});
/**
 * @example const insight: Insight = insightSchema.parse(JSON.parse(text));
 */
export type Insight = z.infer<typeof insightSchema>;
