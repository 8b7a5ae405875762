import { z } from 'zod';

/** A rate with its 95 % Wilson interval. */
const rateSchema = z.object({
  correct: z.number().int(),
  total: z.number().int(),
  rate: z.number(),
  low: z.number(),
  high: z.number(),
});

/** Rows whose answer is calls of tools: how many were called right, by name and arguments. */
const toolCallsSchema = rateSchema.extend({
  /** Mistakes by their kind; an unwanted call is one where a text was expected, which the rate does not count. */
  failures: z.object({
    noCall: z.number().int(),
    wrongName: z.number().int(),
    wrongArguments: z.number().int(),
    unwantedCall: z.number().int(),
  }),
});
export type ToolCallsReport = z.infer<typeof toolCallsSchema>;

/** One contestant on the held-out rows; `start` is the tuned model that the job went on from. */
const contestantSchema = z.object({
  name: z.enum(['base', 'few-shot', 'start', 'tuned']),
  model: z.string(),
  shots: z.number().int(),
  exactMatch: rateSchema,
  /** Where the rows have tools. */
  toolCalls: toolCallsSchema.optional(),
  /** Mean negative log-likelihood of the supervised tokens, in nats. */
  loss: z.number(),
  supervisedTokens: z.number().int(),
});
export type Contestant = z.infer<typeof contestantSchema>;

/** Tuned against another contestant on the same rows: exact McNemar test. */
export const comparisonSchema = z.object({
  against: z.enum(['base', 'few-shot', 'start']),
  difference: z.number(),
  onlyTunedRight: z.number().int(),
  onlyOtherRight: z.number().int(),
  pValue: z.number(),
  verdict: z.enum(['improved', 'regressed', 'cannot tell']),
});

/** The evaluation report of a job. */
export const evaluationReportSchema = z.object({
  version: z.literal(1),
  jobId: z.string(),
  fineTunedModel: z.string(),
  baseModel: z.string(),
  heldOutSource: z.enum(['split', 'validation_file', 'none']),
  rows: z.number().int(),
  /** Rows that were scored, when fewer than all. */
  sampled: z.boolean(),
  contestants: z.array(contestantSchema),
  comparisons: z.array(comparisonSchema),
  /** Sentences about losses that end above their start. */
  warnings: z.array(z.string()).default([]),
  samples: z.array(
    z.object({
      line: z.number().int(),
      /** System prompt of the row, when it has one, and the user's last message. */
      system: z.string().optional(),
      prompt: z.string(),
      expected: z.string(),
      answers: z.record(z.string(), z.string()),
    }),
  ),
});
export type EvaluationReport = z.infer<typeof evaluationReportSchema>;
