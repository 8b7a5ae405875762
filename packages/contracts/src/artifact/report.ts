import { taskSchema } from '@lathe/recipe/task';
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

/** A value with its 95 % interval: Wilson's of a rate, else by seeded bootstrap. */
const metricSchema = z.object({
  value: z.number(),
  low: z.number(),
  high: z.number(),
  /** A share of 1, which people read as percent; or a number. */
  unit: z.enum(['share', 'number']),
});

/** What a tuned model is compared with: models, and baselines that cost next to nothing. */
const contestantNames = [
  'majority',
  'longer answer',
  'tf-idf',
  'nearest vectors',
  'vectors',
  'word tags',
  'best sentence',
  'bm25',
  'nearest row',
  'base',
  'few-shot',
  'base + retrieval',
  'base + vectors',
  'base + documents',
  'base + document vectors',
  'start',
  'tuned',
  'tuned + retrieval',
  'tuned + vectors',
  'tuned + documents',
  'tuned + document vectors',
] as const;

/** Who takes part: one of the above, or `model` and the name of a model that the job names under `lathe.contestants`. */
const contestantName = z.union([
  z.enum(contestantNames),
  z.templateLiteral(['model ', z.string().min(1)]),
]);

/** One contestant on the held-out rows; `start` is the tuned model that the job went on from. */
const contestantSchema = z.object({
  name: contestantName,
  /** Null: no model answered. */
  model: z.string().nullable(),
  /** Examples in its prompts, at most. */
  shots: z.number().int(),
  /** How they were chosen: by chance, the same for every row, or those nearest to each. */
  examples: z.enum(['random', 'nearest']).optional(),
  /** Held-out rows whose prompts have an example that asks or nearly says the same; absent where there are none. */
  nearHeldOut: z.number().int().optional(),
  /** Rows that were answered right as a whole; none of 0 where answers are only more or less near. */
  exactMatch: rateSchema,
  /** Where the rows have tools. */
  toolCalls: toolCallsSchema.optional(),
  /** Mean negative log-likelihood of the supervised tokens, in nats; null where there is none. */
  loss: z.number().nullable(),
  supervisedTokens: z.number().int(),
  /** What all its answers took, in tokens and in time; absent where no model wrote, and in older reports. */
  usage: z
    .object({
      answers: z.number().int(),
      /** Absent where a server counts no tokens. */
      promptTokens: z.number().int().optional(),
      answerTokens: z.number().int().optional(),
      /** From the first question to the last answer, the model being in memory; absent in older reports. */
      milliseconds: z.number().optional(),
      /** Questions that were answered at a time. */
      atOnce: z.number().int().optional(),
    })
    .optional(),
  /** Every metric of the task by its name. */
  metrics: z.record(z.string(), metricSchema).default({}),
});
export type Contestant = z.infer<typeof contestantSchema>;

/** Tuned against another contestant on the same rows, by the headline metric or the one that it names. */
const comparisonSchema = z.object({
  against: contestantName,
  /** What they are compared by, where that is not the headline metric. */
  metric: z.string().optional(),
  /** Of the tuned model's headline metric from the other's. */
  difference: z.number(),
  /** 95 % interval of the difference, where it was drawn by bootstrap. */
  low: z.number().optional(),
  high: z.number().optional(),
  onlyTunedRight: z.number().int(),
  onlyOtherRight: z.number().int(),
  /** Of the exact McNemar test where the headline is a rate of right answers to rows of their own, else of the paired bootstrap. */
  pValue: z.number(),
  verdict: z.enum(['improved', 'regressed', 'cannot tell']),
  /** Where it cannot be told: rows like these that would show a difference as large in 80 of 100 cases. */
  rowsNeeded: z.number().int().optional(),
});

/** What tuning changed in a metric, or in a kind of rows by the headline metric: the tuned model against its base. */
const changeSchema = z.object({
  of: z.enum(['metric', 'slice']),
  name: z.string(),
  rows: z.number().int(),
  difference: z.number(),
  /** 95 % interval of this difference alone. */
  low: z.number(),
  high: z.number(),
  /** Adjusted for all that are looked at together (Holm). */
  pValue: z.number(),
  verdict: comparisonSchema.shape.verdict,
});
export type Change = z.infer<typeof changeSchema>;

/** How the tuned model does on each label, or type of span, and what it takes for what. */
const labelsSchema = z.object({
  perLabel: z.array(
    z.object({
      label: z.string(),
      precision: z.number(),
      recall: z.number(),
      f1: z.number(),
      support: z.number().int(),
    }),
  ),
  /** counts[i][j]: rows of names[i] that were taken for names[j]; absent above 100 labels and where rows have several. */
  matrix: z
    .object({ names: z.array(z.string()), counts: z.array(z.array(z.number().int())) })
    .optional(),
});

/** What the job took. */
const costSchema = z.object({
  steps: z.number().int().nullable(),
  trainedTokens: z.number().int().nullable(),
  /** From the start of the job until its model was trained, and of its evaluation. */
  trainingSeconds: z.number().nullable(),
  evaluationSeconds: z.number(),
});

/** What tuning did to what the base knows besides the task: general questions, general texts and other evals, before and after. */
const forgettingSchema = z.object({
  /** Little known: the base knows too few of them for a loss to be seen. */
  outcome: z.enum(['forgotten', 'not seen', 'little known']),
  /** The figures, and where something was forgotten, the cures. */
  sentence: z.string(),
  /** How many of those asked were answered right by the base and by the tuned model. */
  questions: z
    .object({
      asked: z.number().int(),
      before: z.number().int(),
      after: z.number().int(),
      /** Of the exact McNemar test. */
      pValue: z.number(),
      /** Some that the base answers right and the tuned model wrong. */
      lost: z.array(
        z.object({
          question: z.string(),
          expected: z.string(),
          before: z.string(),
          after: z.string(),
        }),
      ),
    })
    .optional(),
  /** Mean negative log-likelihood in nats a token; e to its power is the perplexity. */
  text: z
    .object({
      passages: z.number().int(),
      tokens: z.number().int(),
      before: z.number(),
      after: z.number(),
      /** By approximate randomisation. */
      pValue: z.number(),
    })
    .optional(),
  /** Evals of the project that the job names: rows that pass before and after. */
  evals: z
    .array(
      z.object({
        evalId: z.string(),
        name: z.string(),
        /** The run whose rows, messages and criteria these are. */
        runId: z.string(),
        /** Rows that both models were judged on, of those that were asked. */
        rows: z.number().int(),
        asked: z.number().int(),
        before: z.number().int(),
        after: z.number().int(),
        /** Of the exact McNemar test, adjusted for all evals (Holm). */
        pValue: z.number(),
        verdict: comparisonSchema.shape.verdict,
        /** Lines of some rows that the base passes and the tuned model does not. */
        lost: z.array(z.number().int()),
      }),
    )
    .optional(),
});
export type Forgetting = z.infer<typeof forgettingSchema>;

/**
 * What the verdict comes to: better than the best other way; worse than the model that it was made of; as good or worse than another
 * way that needs no tuning; better, but perhaps by chance; nothing to compare with.
 */
const outcomeSchema = z.enum([
  'improved',
  'regressed',
  "don't fine-tune",
  'cannot tell',
  'not compared',
]);
export type VerdictOutcome = z.infer<typeof outcomeSchema>;

/** The evaluation report of a job. Version 1 knew generation alone, without metrics and a verdict. */
export const evaluationReportSchema = z.object({
  version: z.union([z.literal(1), z.literal(2)]),
  jobId: z.string(),
  task: z.enum(taskSchema.options.map((task) => task.shape.type.value)).default('generation'),
  fineTunedModel: z.string(),
  baseModel: z.string(),
  heldOutSource: z.enum(['split', 'validation_file', 'none']),
  rows: z.number().int(),
  /** Rows that were scored, when fewer than all. */
  sampled: z.boolean(),
  /** The metric that decides. */
  headline: z.string().default('exact match'),
  /** One sentence on the tuned model against the best way without tuning; empty where there is nothing to compare. */
  verdict: z.string().default(''),
  /** What that sentence comes to; absent in older reports. */
  outcome: outcomeSchema.optional(),
  contestants: z.array(contestantSchema),
  comparisons: z.array(comparisonSchema),
  labels: labelsSchema.optional(),
  /** Where the tuned model is worst by the headline metric: kinds of rows with at least five. */
  slices: z
    .array(z.object({ slice: z.string(), rows: z.number().int(), value: z.number() }))
    .default([]),
  /** Every metric, and every kind of rows with at least five; absent in reports of before they were compared. */
  changes: z.array(changeSchema).optional(),
  /** Of models that write; absent where the job wanted none, and in older reports. */
  forgetting: forgettingSchema.optional(),
  /** Mean reward of each step's answers, and of those to held-out prompts where they were graded; of models that learned from rewards. */
  rewards: z
    .array(z.object({ step: z.number().int(), train: z.number(), heldOut: z.number().optional() }))
    .optional(),
  /** Absent in older reports. */
  cost: costSchema.optional(),
  /** Sentences beside the verdict, such as what retrieval adds to the tuned model. */
  notes: z.array(z.string()).default([]),
  /** Sentences about losses that end above their start. */
  warnings: z.array(z.string()).default([]),
  /** Rows with every answer: in a report of version 2 those first that the tuned model got wrong, then of the others those that its base did. */
  samples: z.array(
    z.object({
      line: z.number().int(),
      /** System prompt of the row, when it has one, and the user's last message, or the text. */
      system: z.string().optional(),
      prompt: z.string(),
      expected: z.string(),
      answers: z.record(z.string(), z.string()),
      /** Whose answers are right as a whole; absent where none is right or wrong, and in older reports. */
      right: z.array(z.string()).optional(),
    }),
  ),
});
export type EvaluationReport = z.infer<typeof evaluationReportSchema>;
