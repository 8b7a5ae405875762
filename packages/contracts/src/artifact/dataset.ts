import { taskSchema } from '@lathe/recipe/task';
import { z } from 'zod';
import { detectionSchema } from './detection.ts';
import { insightSchema } from './insight.ts';
import { toolCallSchema, toolSchema } from './tool.ts';

/** One chat message in canonical form. */
export const messageSchema = z.object({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']),
  /** Empty where an answer is calls alone. */
  content: z.string(),
  name: z.string().optional(),
  weight: z.union([z.literal(0), z.literal(1)]).optional(),
  tool_calls: z.array(toolCallSchema).min(1).optional(),
  /** Of a tool message: the call whose result it is. */
  tool_call_id: z.string().optional(),
});
export type Message = z.infer<typeof messageSchema>;

/** What a conversation stands on besides its messages. */
const tools = {
  /** The tools that the assistant may call; absent when there are none. */
  tools: z.array(toolSchema).min(1).optional(),
};

/** Where a row came from. */
const place = {
  line: z.number().int(),
  /** What the line says that it belongs to: a thread, a document, a person. */
  group: z.string().optional(),
  /** Of a held-out row: rows of one number are not independent of one another; absent where it stands alone. */
  cluster: z.number().int().optional(),
};

const severalExamples = {
  /** Examples that the row is in the shards, such as the windows of a long context; 1 when absent. */
  examples: z.number().int().min(1).optional(),
};

/** A row for a model that writes, in canonical form, with the line it came from. */
export const generationRowSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('chat'),
    ...place,
    ...tools,
    messages: z.array(messageSchema).min(1),
    /** More than one where the template renders an answer in another way once others follow: then each is one. */
    ...severalExamples,
  }),
  z.object({
    kind: z.literal('completion'),
    ...place,
    prompt: z.string(),
    completion: z.string(),
  }),
  z.object({
    kind: z.literal('preference'),
    ...place,
    ...tools,
    /** The conversation, then the better and the worse way to go on. */
    messages: z.array(messageSchema).min(1),
    preferred: messageSchema,
    rejected: messageSchema,
  }),
  z.object({
    kind: z.literal('judged'),
    ...place,
    ...tools,
    /** The conversation, an answer to it, and whether that is a good one. */
    messages: z.array(messageSchema).min(1),
    answer: messageSchema,
    label: z.boolean(),
  }),
  z.object({
    kind: z.literal('prompt'),
    ...place,
    ...tools,
    /** The conversation up to where the model answers; in the shards as it is asked, without any target. */
    messages: z.array(messageSchema).min(1),
    /** What else stands in the line: what graders know as `item`. */
    item: z.record(z.string(), z.unknown()),
  }),
  z.object({
    kind: z.literal('text'),
    ...place,
    /** Long texts are cut: which piece, from 0. */
    part: z.number().int(),
    /** The whole text, with its first piece only. */
    text: z.string(),
  }),
]);
export type GenerationRow = z.infer<typeof generationRowSchema>;

/** A row of any other task. */
const taskRowSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('labelled'),
    ...place,
    text: z.string(),
    /** The second text, where pairs are labelled. */
    pair: z.string().optional(),
    /** One label, all that hold, or a number for each output. */
    label: z.union([z.string(), z.array(z.string()), z.array(z.number())]),
  }),
  z.object({
    kind: z.literal('tagged'),
    ...place,
    /** Where the words stand in the text, in UTF-16 units; a row of words alone is joined by spaces. */
    text: z.string(),
    words: z.array(z.tuple([z.number().int(), z.number().int()])),
    /** One for each word, as `B-PER`, `I-PER`, `O`. */
    tags: z.array(z.string()),
    ...severalExamples,
  }),
  z.object({
    kind: z.literal('question'),
    ...place,
    id: z.string(),
    question: z.string(),
    context: z.string(),
    /** Any of them is right, each at its place in the context in UTF-16 units; none: the context does not tell. */
    answers: z.array(z.object({ text: z.string(), start: z.number().int() })),
    ...severalExamples,
  }),
  z.object({
    kind: z.literal('related'),
    ...place,
    /** An anchor, a text that lies close to it, then texts that do not; or two texts with a score. */
    texts: z.array(z.string()).min(2),
    /** How close the two are, as the row says it; the shards have it from -1 to 1. */
    score: z.number().optional(),
    ...severalExamples,
  }),
]);

/** A row in canonical form. */
export const canonicalRowSchema = z.discriminatedUnion('kind', [
  ...generationRowSchema.options,
  ...taskRowSchema.options,
]);
export type CanonicalRow = z.infer<typeof canonicalRowSchema>;

/** Kinds of row that say how many examples they are, where they are more than one. */
export const severalExamplesKinds: readonly CanonicalRow['kind'][] = canonicalRowSchema.options
  .filter(({ shape }) => 'examples' in shape)
  .map(({ shape }) => shape.kind.value);

/** How many examples the row is in the shards. */
export function examplesOf(row: CanonicalRow): number {
  if (row.kind === 'preference') return 2;
  return 'examples' in row ? (row.examples ?? 1) : 1;
}

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** An object of the artifact store with what is needed to check it. */
export const objectRefSchema = z.object({ key: z.string(), bytes: z.number().int(), sha256 });
export type ObjectRef = z.infer<typeof objectRefSchema>;

/** One side (training or held-out) of a dataset. */
const datasetPartSchema = z.object({
  rows: z.number().int(),
  tokens: z.number().int(),
  supervisedTokens: z.number().int(),
  /** Longest example in tokens. */
  longest: z.number().int(),
  /** Most texts of one example, where rows of the shards are grouped, as an anchor with its positive and its negatives. */
  sequences: z.number().int().min(2).optional(),
  /** Token shards in order (artifact/shard.ts); a preference row is two examples, the better answer first; a chat row says when it is more than one. */
  shards: z.array(objectRefSchema),
  /** JSONL of CanonicalRow, in the order of the shards. */
  canonical: objectRefSchema,
});
export type DatasetPart = z.infer<typeof datasetPartSchema>;

/** By which files texts become a model's tokens, and which base model it stands on. */
export const modelTextSchema = z.object({
  /** Of tokenizer.json, and of the file with the chat template where rows went through it. */
  tokenizerSha256: sha256,
  templateSha256: sha256.nullable(),
  /** Of the base model's config and weights. */
  baseSha256: sha256.optional(),
});
export type ModelText = z.infer<typeof modelTextSchema>;

/** Written last by ingest: a dataset exists when its manifest does. */
export const datasetManifestSchema = z.object({
  version: z.literal(1),
  jobId: z.string(),
  kind: z.enum(
    canonicalRowSchema.options.map((row) => row.shape.kind.value) as [
      CanonicalRow['kind'],
      ...CanonicalRow['kind'][],
    ],
  ),
  /** What the rows teach, with its labels; absent in datasets of before there was anything but generation and preference. */
  task: taskSchema.optional(),
  baseModel: z.string(),
  tokenizerSha256: sha256,
  templateSha256: sha256.nullable(),
  /** Of the base model's config and weights; absent in datasets of before they were looked at. */
  baseSha256: sha256.optional(),
  /**
   * The files that the rows became tokens with, by their path in a model folder: whatever is trained on them is asked
   * with these too.
   */
  text: z.record(z.string(), objectRefSchema).optional(),
  heldOutSource: z.enum(['split', 'validation_file', 'none']),
  train: datasetPartSchema,
  heldOut: datasetPartSchema,
  /** The dataset report (datasetReportSchema). */
  report: objectRefSchema,
});
export type DatasetManifest = z.infer<typeof datasetManifestSchema>;

/** One finding about a row: which rule, where, what to do. */
export const findingSchema = z.object({
  file: z.enum(['training_file', 'validation_file']),
  /** The name of a file in the archive that was uploaded. */
  member: z.string().optional(),
  line: z.number().int(),
  path: z.string(),
  rule: z.string(),
  message: z.string(),
  level: z.enum(['error', 'warn']),
});
export type Finding = z.infer<typeof findingSchema>;

/** Counts of rows that say the same or what does not belong in them; the findings name their lines. */
const cleaningReportSchema = z.object({
  duplicates: z.object({
    /** Rows that repeat an earlier one, and those that nearly do (Jaccard of 5-word shingles 0.8 or more). */
    exact: z.number().int(),
    near: z.number().int(),
    /** Of these left out. */
    dropped: z.number().int(),
    /** False where a file has too many words to compare every row with all others. */
    isComplete: z.boolean(),
  }),
  /** Rows that ask what an earlier one asks and answer otherwise. */
  conflicts: z.number().int(),
  /** Training rows that a held-out row says too, by how that was seen, and how many of them were left out. */
  contamination: z.object({
    prompts: z.number().int(),
    near: z.number().int(),
    phrases: z.number().int(),
    dropped: z.number().int(),
    /** False where the rows that are scored have too many words to look for near duplicates of all of them; absent where none was looked for, and in reports of before it was told. */
    isComplete: z.boolean().optional(),
  }),
  /** Rows with personal data of each kind, and how many rows were redacted. */
  personalData: z.array(z.object({ kind: z.string(), rows: z.number().int() })),
  redacted: z.number().int(),
  /** Rows in which somebody wrote out what controls the model. */
  controlStrings: z.number().int(),
  /** Rows in each language (ISO 639-1) of up to 100 of each file; absent where none can be told. */
  languages: z
    .array(
      z.object({
        side: z.enum(['training', 'validation']),
        language: z.string(),
        rows: z.number().int(),
      }),
    )
    .optional(),
});
export type CleaningReport = z.infer<typeof cleaningReportSchema>;

/** What ingest saw: for people, and for deciding. */
export const datasetReportSchema = z.object({
  version: z.literal(1),
  rows: z.object({
    read: z.number(),
    kept: z.number(),
    rejected: z.number(),
    duplicates: z.number(),
  }),
  tokens: z.object({
    p50: z.number(),
    p95: z.number(),
    p99: z.number(),
    max: z.number(),
    total: z.number(),
    supervised: z.number(),
  }),
  packing: z.object({ windowTokens: z.number(), windows: z.number(), filled: z.number() }),
  /** Rows of each label (of tagged rows, spans of each type), the most frequent first; absent where rows have none. */
  labels: z
    .array(z.object({ label: z.string(), train: z.number().int(), heldOut: z.number().int() }))
    .optional(),
  /** What each file was taken for; absent in reports of before it was looked at. */
  formats: z
    .array(z.object({ file: findingSchema.shape.file, ...detectionSchema.shape }))
    .optional(),
  /** Findings by their rule, the most frequent first. */
  reasons: z
    .array(
      z.object({
        rule: findingSchema.shape.rule,
        level: findingSchema.shape.level,
        count: z.number().int(),
      }),
    )
    .optional(),
  /** Lengths, what cutting would lose, and rows as the model sees them; absent in reports of before it was looked at. */
  insight: insightSchema.optional(),
  /**
   * Of a tokenizer that was learnt from the training file: its tokens, the words of the text, the different ones that it was
   * learnt from, and the words that were not counted, as the table was full or they are too long to be words.
   */
  tokenizer: z
    .object({
      kind: z.enum(['byte_level_bpe', 'wordpiece', 'unigram']),
      tokens: z.number().int(),
      words: z.number().int(),
      different: z.number().int(),
      forgotten: z.number().int(),
    })
    .optional(),
  /** What rows have in common with each other and what stands in them; absent in reports of before it was looked for. */
  cleaning: cleaningReportSchema.optional(),
  findings: z.array(findingSchema),
  /** Findings beyond the list's limit. */
  moreFindings: z.number().int(),
});
export type DatasetReport = z.infer<typeof datasetReportSchema>;
