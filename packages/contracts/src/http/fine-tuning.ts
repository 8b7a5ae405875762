import { z } from 'zod';
import { checkpointMetricsSchema } from '../artifact/checkpoint.ts';
import { wireErrorSchema } from '../error.ts';
import { jobStateSchema } from '../job/state.ts';
import { deviceKindSchema } from '../record/worker.ts';
import { adaptationSchema } from './adaptation.ts';
import { cleaningSchema } from './cleaning.ts';
import { dataSchema, rowTokensSchema } from './data.ts';
import { limitSchema } from './list.ts';
import { metadataSchema } from './metadata.ts';
import { preferenceSchema } from './preference.ts';
import { queuePlaceSchema } from './queue.ts';
import { reinforcementMethod, reinforcementSchema } from './reinforcement.ts';
import { taskSchema } from './task.ts';
import { trainingOptions } from './training.ts';

const auto = z.literal('auto');

/** Most held-out rows that are scored when a job names no number. */
export const usualEvaluationRows = 200;

/** Hyperparameters of supervised tuning; `auto` is resolved by the rules in docs. */
const hyperparametersSchema = z.strictObject({
  n_epochs: z
    .union([auto, z.number().int().min(1).max(50)])
    .optional()
    .describe('times each row is seen'),
  batch_size: z
    .union([auto, z.number().int().min(1).max(256)])
    .optional()
    .describe('examples in an optimizer step'),
  learning_rate_multiplier: z
    .union([auto, z.number().min(1e-6).max(1000)])
    .optional()
    .describe("factor of the rule's learning rate"),
});
export type Hyperparameters = z.infer<typeof hyperparametersSchema>;

/** Hyperparameters of tuning on pairs of answers. */
export const dpoHyperparametersSchema = hyperparametersSchema.extend({
  beta: z
    .union([auto, z.number().min(0.0001).max(2)])
    .optional()
    .describe('how strongly the model is held to what it was at the start'),
});
export type DpoHyperparameters = z.infer<typeof dpoHyperparametersSchema>;

const reinforcement = reinforcementMethod(hyperparametersSchema);
/** Hyperparameters of tuning by rewards. */
export const reinforcementHyperparametersSchema = reinforcement.hyperparameters;
export type ReinforcementHyperparameters = z.infer<typeof reinforcementHyperparametersSchema>;

/** Training rows that a question is shown with, at the most. */
const shownExamples = z.number().int().min(0).max(32).optional();

/** Lathe's own options of a job; every one is optional. */
export const latheOptionsSchema = z.strictObject({
  adaptation: adaptationSchema.optional().describe('which weights train; lora by default'),
  learning_rate: z
    .number()
    .min(1e-10)
    .max(10)
    .optional()
    .describe("absolute, instead of the rule's; learning_rate_multiplier must then be absent"),
  ...trainingOptions,
  preference: preferenceSchema.optional().describe('the loss of the method dpo'),
  reinforcement: reinforcementSchema
    .optional()
    .describe('the loss of the method reinforcement, and the answers that it samples'),
  task: taskSchema
    .optional()
    .describe('what the rows teach; by default what they and the base model are for'),
  data: dataSchema
    .optional()
    .describe('how the rows are written and which column is what; by default as they look'),
  max_tokens: rowTokensSchema
    .optional()
    .describe(
      "longest example; data.too_long says what becomes of longer rows; by default the model's context",
    ),
  held_out_share: z
    .number()
    .min(0)
    .max(0.5)
    .optional()
    .describe('share of rows held out when no validation file is given; 0.2 by default'),
  cleaning: cleaningSchema
    .optional()
    .describe('what is done about repeated rows and personal data'),
  few_shot_examples: shownExamples.describe(
    "examples in the few-shot baseline's prompt; by default the number that does best, of 1, 3, 5 and 8",
  ),
  retrieval_examples: shownExamples.describe(
    'training rows that the contestants by retrieval look up for each question; 3 by default, 0 where few_shot_examples is 0',
  ),
  retrieval: z
    .strictObject({
      model: z
        .string()
        .min(1)
        .max(256)
        .optional()
        .describe(
          'a model with vectors, by which training rows and documents are looked up as well',
        ),
      file: z
        .string()
        .min(1)
        .max(100)
        .optional()
        .describe('passages that are looked up, as JSON Lines of {"text": "…"}'),
    })
    .optional()
    .describe('further contestants that look things up: by vectors, and in documents'),
  contestants: z
    .array(
      z.strictObject({
        model: z
          .string()
          .min(1)
          .max(256)
          .describe('a model of the project, a base model, or one of the server at url'),
        url: z
          .url()
          .max(500)
          .optional()
          .describe('base URL of an OpenAI-compatible server that the operator allows'),
      }),
    )
    .max(4)
    .optional()
    .describe(
      'other models that write, each a `model`, with the `url` of its server where it is elsewhere, asked the same held-out rows beside the tuned one',
    ),
  evaluation_rows: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .optional()
    .describe(`most held-out rows to score by generation; ${usualEvaluationRows} by default`),
  forgetting_questions: z
    .number()
    .int()
    .min(0)
    .max(40)
    .optional()
    .describe(
      'general questions asked before and after tuning, with general texts, to see what was forgotten; 24 by default, and no more than evaluation_rows; 0: none',
    ),
  forgetting_evals: z
    .array(z.string().min(1).max(100))
    .max(4)
    .optional()
    .describe(
      'evals of the project whose rows base and tuned model are asked at the end of the job, as the newest run of each asks them',
    ),
  sampled_prompts: z
    .number()
    .int()
    .min(0)
    .max(16)
    .optional()
    .describe(
      'held-out prompts that the model answers before the first step and at each score while it is trained, as events; by default 3 where the job ends in an adapter, and none where the whole model would be written for it; 0: none',
    ),
  checkpoint_every: z
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe('optimizer steps between checkpoints; one epoch by default'),
  device: deviceKindSchema
    .optional()
    .describe('kind of device to train on; unset: whichever is free'),
});
export type LatheOptions = z.infer<typeof latheOptionsSchema>;

/** Body of POST /v1/fine_tuning/jobs. Unknown fields are refused with their path. */
export const createJobSchema = z.strictObject({
  model: z.string().min(1).max(256).describe('a base model, or a tuned one to train further'),
  training_file: z.string().min(1),
  validation_file: z.string().min(1).nullish(),
  method: z
    .discriminatedUnion(
      'type',
      [
        z.strictObject({
          type: z.literal('supervised'),
          supervised: z
            .strictObject({ hyperparameters: hyperparametersSchema.optional() })
            .optional(),
        }),
        z.strictObject({
          type: z.literal('dpo'),
          dpo: z.strictObject({ hyperparameters: dpoHyperparametersSchema.optional() }).optional(),
        }),
        z.strictObject({
          type: z.literal('reinforcement'),
          reinforcement: reinforcement.asked,
        }),
      ],
      {
        error: ({ code }) =>
          code === 'invalid_union' ? 'expected one of supervised, dpo, reinforcement' : undefined,
      },
    )
    .optional(),
  hyperparameters: hyperparametersSchema.optional(),
  suffix: z.string().min(1).max(64).nullish(),
  seed: z.number().int().min(0).max(2_147_483_647).nullish(),
  integrations: z.array(z.unknown()).max(0, 'integrations are not supported').nullish(),
  metadata: metadataSchema.nullish(),
  lathe: latheOptionsSchema.optional(),
});
export type CreateJob = z.infer<typeof createJobSchema>;

/** The `fine_tuning.job` object. */
export const jobObjectSchema = z.object({
  id: z.string(),
  object: z.literal('fine_tuning.job'),
  created_at: z.number().int(),
  error: wireErrorSchema.nullable(),
  fine_tuned_model: z.string().nullable(),
  finished_at: z.number().int().nullable(),
  /** Those of a supervised job; empty otherwise. */
  hyperparameters: hyperparametersSchema,
  model: z.string(),
  organization_id: z.string(),
  result_files: z.array(z.string()),
  seed: z.number().int(),
  status: jobStateSchema,
  trained_tokens: z.number().int().nullable(),
  training_file: z.string(),
  validation_file: z.string().nullable(),
  estimated_finish: z.number().int().nullable(),
  integrations: z.array(z.unknown()),
  metadata: metadataSchema.nullable(),
  method: z.discriminatedUnion('type', [
    z.object({
      type: z.literal('supervised'),
      supervised: z.object({ hyperparameters: hyperparametersSchema }),
    }),
    z.object({
      type: z.literal('dpo'),
      dpo: z.object({ hyperparameters: dpoHyperparametersSchema }),
    }),
    z.object({ type: z.literal('reinforcement'), reinforcement: reinforcement.shown }),
  ]),
  /** Extension: progress and evaluation in numbers. */
  lathe: z.object({
    options: latheOptionsSchema,
    /** What it teaches, with its labels once the rows are read; until then what was asked for, or null. */
    task: taskSchema.nullable(),
    step: z.number().int().nullable(),
    total_steps: z.number().int().nullable(),
    suffix: z
      .string()
      .nullable()
      .describe('of the name of the model that it makes, as it was asked for'),
    stopping: z
      .enum(['pause', 'cancel'])
      .nullable()
      .describe('what it was asked to do and does as soon as the step that it is in has ended'),
    evaluation: z.unknown().nullable(),
    /** Where a job stands that waits, is paused or has its files read; null otherwise. */
    queue: queuePlaceSchema.nullable(),
  }),
});
export type JobObject = z.infer<typeof jobObjectSchema>;

/** The `fine_tuning.job.event` object. */
export const eventObjectSchema = z.object({
  id: z.string(),
  object: z.literal('fine_tuning.job.event'),
  created_at: z.number().int(),
  level: z.enum(['info', 'warn', 'error']),
  message: z.string(),
  type: z.enum(['message', 'metrics']),
  data: z.record(z.string(), z.unknown()),
});
export type EventObject = z.infer<typeof eventObjectSchema>;

/** The `fine_tuning.job.checkpoint` object. */
export const checkpointObjectSchema = z.object({
  id: z.string(),
  object: z.literal('fine_tuning.job.checkpoint'),
  created_at: z.number().int(),
  fine_tuned_model_checkpoint: z.string(),
  fine_tuning_job_id: z.string(),
  step_number: z.number().int(),
  metrics: checkpointMetricsSchema,
});
export type CheckpointObject = z.infer<typeof checkpointObjectSchema>;

/** Query of POST /v1/fine_tuning/jobs. */
export const createJobQuerySchema = z.strictObject({
  dry_run: z
    .enum(['true', 'false'])
    .optional()
    .describe('true: creates no job, and answers with the estimate of it'),
});

/** Query of the job, event and checkpoint lists (metadata filters are read apart). */
export const listJobsQuerySchema = z.object({
  after: z.string().optional(),
  limit: limitSchema(20, 100),
  status: z
    .string()
    .transform((states) => states.split(','))
    .pipe(z.array(jobStateSchema))
    .optional()
    .describe(
      `only jobs in this state, or in one of several with commas between them: ${jobStateSchema.options.join(', ')}`,
    ),
  order: z.enum(['asc', 'desc']).optional().describe('by creation; newest first by default'),
});
export const listEventsQuerySchema = z.object({
  after: z.string().optional(),
  limit: limitSchema(20, 1000),
  stream: z
    .enum(['true', 'false'])
    .optional()
    .describe(
      'with true, server-sent events: those after `after` or Last-Event-ID, oldest first, then each as it happens, until the job is over',
    ),
});
export const listCheckpointsQuerySchema = z.object({
  after: z.string().optional(),
  limit: limitSchema(10, 1000),
});
