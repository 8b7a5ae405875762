import { z } from 'zod';
import { dataSchema, rowTokensSchema } from './data.ts';
import { limitSchema } from './list.ts';
import { taskSchema } from './task.ts';

const fileId = z.string().min(1).max(100);
const files = z.array(fileId).min(1).max(64);
const seed = z.number().int().min(0).max(2_147_483_647).default(1);

const writerSchema = z.strictObject({
  model: z.string().min(1).max(256).describe('asked for questions and answers, a chunk at a time'),
  url: z
    .url()
    .max(500)
    .optional()
    .describe(
      'base URL of an OpenAI-compatible server that the operator allows; by default Lathe itself',
    ),
  chunk_words: z.number().int().min(20).max(2000).default(250).describe('words of a chunk'),
  pairs_per_chunk: z.number().int().min(1).max(10).default(3),
  max_chunks: z.number().int().min(1).max(10_000).default(1000),
  max_tokens: z
    .number()
    .int()
    .min(16)
    .max(4096)
    .default(512)
    .describe('of one answer of the model'),
  least_support: z
    .number()
    .min(0)
    .max(1)
    .default(0.7)
    .describe('ROUGE-L recall of the answer in its quote below which a pair is refused'),
  least_confidence: z.number().min(0).max(1).default(0),
});

const common = {
  files,
  system: z.string().min(1).max(10_000).optional().describe('stands first in each conversation'),
  writer: writerSchema.optional().describe('a model writes the pairs instead of the rules'),
};

const faqSchema = z.strictObject({ source: z.literal('faq'), ...common });
const slackSchema = z.strictObject({
  source: z.literal('slack'),
  ...common,
  staff: z
    .array(z.string().min(1).max(200))
    .max(1000)
    .default([])
    .describe('ids, names or addresses of those who answer; by default anybody may'),
  channels: z.array(z.string().min(1).max(200)).max(1000).default([]).describe('by default all'),
  session_minutes: z
    .number()
    .min(1)
    .max(1440)
    .default(30)
    .describe('silence that ends what was said outside of threads'),
  merge_minutes: z
    .number()
    .min(0)
    .max(60)
    .default(5)
    .describe('within which messages of one person are one'),
  context_turns: z.number().int().min(0).max(50).default(6),
  least_score: z.number().min(0).max(1).default(0.55),
});
const ticketsSchema = z.strictObject({
  source: z.literal('tickets'),
  ...common,
  agents: z
    .array(z.string().min(1).max(200))
    .max(1000)
    .default([])
    .describe('of mailboxes: addresses or @domains of those who answer'),
  solved_only: z.boolean().default(true),
  labels: z
    .boolean()
    .default(false)
    .describe('ratings become labels of judged answers; only rated tickets are used'),
  macro_limit: z
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(3)
    .describe('tickets that may end with the same canned answer'),
});

const convertSchema = z.discriminatedUnion('source', [faqSchema, slackSchema, ticketsSchema]);
export type ConvertRequest = z.infer<typeof convertSchema>;
export type WriterRequest = z.infer<typeof writerSchema>;

const mixSchema = z.strictObject({
  files: z
    .array(
      z.strictObject({
        file: fileId,
        weight: z
          .number()
          .positive()
          .max(100)
          .default(1)
          .describe('how often each row comes: 0.5 takes half of them, 2 takes them twice'),
      }),
    )
    .min(1)
    .max(64),
  seed,
});
export type MixRequest = z.infer<typeof mixSchema>;

const splitSchema = z.strictObject({
  file: fileId,
  share: z.number().gt(0).lt(1).default(0.1).describe('of the groups, for the second file'),
  seed,
  by: z
    .string()
    .min(1)
    .max(200)
    .default('prompt')
    .describe(
      "what stays together: 'prompt', 'row', 'evidence' (threads and tickets of a converted file), or a field such as 'metadata.ticket'",
    ),
});
export type SplitRequest = z.infer<typeof splitSchema>;

const repairSchema = z.strictObject({
  file: fileId,
  model: z
    .string()
    .min(1)
    .max(256)
    .optional()
    .describe('the base model that the rows are for; by default the first that learns from such'),
  task: taskSchema.optional().describe('as in the job; by default what the rows are for'),
  data: dataSchema.optional().describe('as in the job; by default as the rows look'),
  max_tokens: rowTokensSchema.optional().describe("longer rows go; by default the model's context"),
});
export type RepairRequest = z.infer<typeof repairSchema>;

/** Body of POST /v1/lathe/datasets: just one of the four. */
export const datasetRequestSchema = z
  .strictObject({
    convert: convertSchema.optional(),
    mix: mixSchema.optional(),
    split: splitSchema.optional(),
    repair: repairSchema.optional(),
    filename: z.string().min(1).max(200).optional().describe('of the file that is made'),
  })
  .refine(
    ({ convert, mix, split, repair }) =>
      [convert, mix, split, repair].filter((one) => one !== undefined).length === 1,
    { error: 'give just one of convert, mix, split and repair' },
  );
export type DatasetRequest = z.infer<typeof datasetRequestSchema>;

/** The ids of the files that a request reads, each once. */
export function filesOfRequest({ convert, mix, split, repair }: DatasetRequest): string[] {
  const one = split ?? repair;
  const all = [
    ...(convert?.files ?? []),
    ...(mix?.files ?? []).map(({ file }) => file),
    ...(one === undefined ? [] : [one.file]),
    ...(repair?.data?.more_files ?? []),
  ];
  return [...new Set(all)];
}

/**
 * The ids of the files that are made beside a file: of the rows that a split sets apart, and of a conversion's evidence.
 * @example sideFiles('file-4f…').evidence; // file-4f…E
 */
export function sideFiles(fileId: string): { readonly other: string; readonly evidence: string } {
  return { other: `${fileId}B`, evidence: `${fileId}E` };
}

export const listDatasetsQuerySchema = z.strictObject({
  after: z.string().optional(),
  limit: limitSchema(20, 100),
});
