import { z } from 'zod';
import { mostTools, toolName } from '../artifact/tool.ts';
import { chatToolSchema, jsonSchemaSchema, responseFormatSchema } from './chat.ts';
import { graderErrorsSchema, templateMessagesSchema } from './grader.ts';
import { limitSchema } from './list.ts';
import { metadataSchema } from './metadata.ts';
import { unsupported } from './nothing.ts';
import { completionFilterSchema } from './stored-completion.ts';

const object = z.record(z.string(), z.unknown());

/** A row: what is asked, and what was answered where that is known already. */
export const evalRowSchema = z.strictObject({ item: object, sample: object.nullish() });
export type EvalRow = z.infer<typeof evalRowSchema>;

const refused: Readonly<Record<string, string>> = {
  responses: 'responses are not stored here',
};

/** Where the rows come from. */
const sourceSchema = z.discriminatedUnion(
  'type',
  [
    z.strictObject({
      type: z.literal('file_id'),
      id: z.string().describe('a JSON Lines file of rows'),
    }),
    z.strictObject({ type: z.literal('file_content'), content: z.array(evalRowSchema).min(1) }),
    completionFilterSchema
      .extend({ type: z.literal('stored_completions') })
      .describe('completions that were asked for with store: true, oldest first'),
  ],
  {
    error: ({ input }) => {
      const reason = refused[String((input as { type?: unknown } | undefined)?.type)];
      const known = 'must be "file_id", "file_content" or "stored_completions"';
      return reason === undefined ? known : `${known}: ${reason}`;
    },
  },
);

const inputMessagesSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('template'), template: templateMessagesSchema }),
  z.strictObject({
    type: z.literal('item_reference'),
    item_reference: z
      .string()
      .min(1)
      .max(1024)
      .describe('where the messages stand in a row, such as item.messages'),
  }),
]);

/** As far as both kinds of asking have the same words. */
const sampling = {
  max_completion_tokens: z.number().int().min(1).nullish(),
  max_completions_tokens: z
    .number()
    .int()
    .min(1)
    .nullish()
    .describe('how older clients call max_completion_tokens'),
  reasoning_effort: unsupported(),
  seed: z.number().int().nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().gt(0).max(1).nullish(),
};

const model = z.string().min(1).max(256);

/** Tools and forms of answers as the Responses API writes them. */
const responsesToolSchema = z.strictObject({
  type: z.literal('function'),
  name: z.string().regex(toolName),
  description: z.string().nullish(),
  parameters: object.nullish(),
  strict: z.boolean().nullish(),
});
const responsesFormatSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text') }),
  z.strictObject({ type: z.literal('json_object') }),
  z.strictObject({
    type: z.literal('json_schema'),
    name: z.string().regex(/^[\w-]{1,64}$/),
    description: z.string().optional(),
    schema: jsonSchemaSchema,
    strict: z.boolean().nullish(),
  }),
]);

/** Of whatever asks a model. */
const asking = {
  source: sourceSchema,
  model,
  input_messages: inputMessagesSchema
    .nullish()
    .describe('of stored completions those that were asked, where it is left out'),
};

/** What is done with each row. */
const dataSourceSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('jsonl'), source: sourceSchema }),
  z.strictObject({
    type: z.literal('completions'),
    ...asking,
    sampling_params: z
      .strictObject({
        ...sampling,
        response_format: responseFormatSchema.nullish(),
        tools: z.array(chatToolSchema).max(mostTools).nullish(),
      })
      .nullish(),
  }),
  z.strictObject({
    type: z.literal('responses'),
    ...asking,
    sampling_params: z
      .strictObject({
        ...sampling,
        text: z.strictObject({ format: responsesFormatSchema.optional() }).nullish(),
        tools: z.array(responsesToolSchema).max(mostTools).nullish(),
      })
      .nullish(),
  }),
]);
export type DataSource = z.infer<typeof dataSourceSchema>;

/** Body of POST /v1/evals/{id}/runs. */
export const createRunSchema = z.strictObject({
  name: z.string().max(256).optional(),
  metadata: metadataSchema.nullish(),
  data_source: dataSourceSchema,
});
export type CreateRun = z.infer<typeof createRunSchema>;

export const runStateSchema = z.enum(['queued', 'in_progress', 'completed', 'canceled', 'failed']);

const count = z.number().int();
export const resultCountsSchema = z.object({
  total: count.describe('rows in all'),
  passed: count,
  failed: count,
  errored: count,
});
/** What a judge chose, and how far that can be relied on; of graders that choose a label. */
const judgingSchema = z.object({
  /** Of the rows that a person has judged too: how often either chose a label, and both did. */
  human: z
    .array(z.object({ label: z.string(), judge: count, person: count, both: count }))
    .optional(),
  /** Of pairs: rows of each outcome, and those of which the judge said the same in both orders. */
  pairs: z.object({ answer: count, other: count, tie: count, consistent: count }).optional(),
});
export type Judging = z.infer<typeof judgingSchema>;

/** A criterion's counts, as a run keeps them. */
export const criterionTallySchema = z.object({
  testing_criteria: z.string(),
  passed: count,
  failed: count,
  judging: judgingSchema.optional(),
});

/** Of Lathe: whether a judge can be relied on. */
const judgeSchema = z.object({
  pairs: z
    .object({
      won: count.describe('rows whose answer is better in both orders'),
      lost: count,
      tied: count,
      consistent: count.describe('rows of which the judge said the same in both orders'),
      consistency: z.number().describe('their share'),
    })
    .optional(),
  human: z
    .object({
      rows: count.describe('rows with a human label'),
      agreed: count,
      kappa: z.number().nullable().describe("Cohen's; null where one label is all there is"),
    })
    .optional(),
});

const criterionResultSchema = z.object({
  testing_criteria: z.string(),
  passed: count,
  failed: count,
  judge: judgeSchema.optional(),
});
const usage = {
  prompt_tokens: count,
  completion_tokens: count,
  total_tokens: count,
  cached_tokens: count,
};
export const modelUsageSchema = z.object({
  model_name: z.string(),
  invocation_count: count,
  ...usage,
});

const runErrorSchema = z.object({ code: z.string(), message: z.string() });

/** The `eval.run` object. */
export const runObjectSchema = z.object({
  id: z.string(),
  object: z.literal('eval.run'),
  eval_id: z.string(),
  created_at: count,
  name: z.string(),
  /** Empty where rows bring their answers along. */
  model: z.string(),
  status: runStateSchema,
  report_url: z.string().describe('a page for people; it needs the key, too'),
  metadata: metadataSchema.nullable(),
  error: runErrorSchema.nullable(),
  data_source: dataSourceSchema,
  result_counts: resultCountsSchema,
  per_model_usage: z.array(modelUsageSchema),
  per_testing_criteria_results: z.array(criterionResultSchema),
});
export type RunObject = z.infer<typeof runObjectSchema>;

export const deletedRunSchema = z.object({
  object: z.literal('eval.run.deleted'),
  deleted: z.literal(true),
  run_id: z.string(),
});

const order = z.enum(['asc', 'desc']).default('asc');

export const listRunsQuerySchema = z.strictObject({
  after: z.string().optional(),
  limit: limitSchema(20, 100),
  order,
  status: runStateSchema.optional(),
});

/** What one criterion says of a row. */
export const itemResultSchema = z.object({
  name: z.string(),
  type: z.string(),
  passed: z.boolean(),
  /** 0 where an error stands. */
  score: z.number(),
  /** What a model that was asked answered; of several the last. */
  sample: object.nullable(),
  /** Of Lathe: the label that a judge chose, of a pair also in each order, and a person's. */
  judged: z
    .object({
      label: z.string(),
      orders: z.tuple([z.string(), z.string()]).readonly().optional(),
      human: z.string().nullable(),
    })
    .optional(),
  /** Why there is no score: the flags of the graders' own door, and a sentence. */
  error: z.object({ message: z.string(), flags: graderErrorsSchema }).optional(),
});
export type ItemResult = z.infer<typeof itemResultSchema>;

/** What was asked and answered. */
export const itemSampleSchema = z.object({
  input: z.array(z.looseObject({ role: z.string(), content: z.string() })),
  output: z.array(z.looseObject({ role: z.string(), content: z.string() })),
  finish_reason: z.string(),
  model: z.string(),
  usage: z.object(usage),
  error: runErrorSchema.nullable(),
  seed: z.number().int().nullable(),
  temperature: z.number().nullable(),
  top_p: z.number().nullable(),
  max_completion_tokens: z.number().int().nullable(),
});
export type ItemSample = z.infer<typeof itemSampleSchema>;

export const itemStatusSchema = z.enum(['pass', 'fail', 'error']);
export type ItemStatus = z.infer<typeof itemStatusSchema>;

/** The `eval.run.output_item` object. */
export const outputItemSchema = z.object({
  id: z.string(),
  object: z.literal('eval.run.output_item'),
  eval_id: z.string(),
  run_id: z.string(),
  created_at: count,
  status: itemStatusSchema,
  datasource_item_id: count.describe('the place of the row, from 0'),
  datasource_item: object,
  results: z.array(itemResultSchema),
  sample: itemSampleSchema,
});
export type OutputItem = z.infer<typeof outputItemSchema>;

export const listItemsQuerySchema = z.strictObject({
  after: z.string().optional(),
  limit: limitSchema(20, 100),
  order,
  status: itemStatusSchema.optional().describe('error: rows that could not be judged'),
});

const exportFormatSchema = z.enum(['jsonl', 'promptfoo']);
export type ExportFormat = z.infer<typeof exportFormatSchema>;

export const exportRunQuerySchema = z.strictObject({
  format: exportFormatSchema
    .default('jsonl')
    .describe('jsonl: a line a row; promptfoo: a configuration that gives the same counts there'),
});
