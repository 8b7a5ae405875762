import { wireErrorSchema } from '@lathe/contracts/error';
import { deviceKindSchema } from '@lathe/contracts/record/worker';
import { bindingChoices, kernelChoices, paddingChoices } from '@lathe/engine/cpu-binding';
import { type RecipeInput, recipeSchema } from '@lathe/recipe/recipe';
import { z } from 'zod';

/** The engine's part of a saved state folder. */
export const engineStateFolder = 'engine';

/** Folder within a saved folder of what a frozen base model made of the rows; there where it is not stored yet. */
export const baseStatesFolder = 'base-states';

/** Further numbers by their names. */
const figuresSchema = z.record(z.string(), z.number());

/** What the engine process needs to train: local paths only. */
const engineTaskSchema = z.object({
  /** Of the base model. */
  modelFolder: z.string(),
  /** The tuned model to go on from; null: the base model itself. */
  start: z
    .object({ kind: z.enum(['adapter', 'merged']), folder: z.string(), digest: z.string() })
    .nullable(),
  /** What to train with, defaults open. */
  recipe: z.custom<RecipeInput>((value) => recipeSchema.safeParse(value).success, 'is no recipe'),
  /** Steps between checkpoints with the model; null: one an epoch. */
  checkpointEvery: z.number().int().min(1).nullable(),
  /** Held-out prompts that are answered at each score, as samples; absent: none. */
  sampledPrompts: z.number().int().min(0).optional(),
  /** Token shards in order (contracts/artifact/shard.ts). */
  trainShards: z.array(z.string()),
  heldOutShards: z.array(z.string()),
  /** Training state to resume from, and the scores of held-out rows before it. */
  stateFolder: z.string().nullable(),
  /** What a frozen base model made of the rows in an earlier run of the job. */
  baseStates: z.string().optional(),
  earlierScores: z.array(
    z.object({
      step: z.number().int(),
      loss: z.number(),
      tokenAccuracy: z.number(),
      figures: figuresSchema.optional(),
    }),
  ),
  /** Where checkpoints are written, one folder a step. */
  outputFolder: z.string(),
  device: deviceKindSchema,
  /** Threads of the engine; 0: as many as it likes. */
  threads: z.number().int(),
  /** How ONNX Runtime is called on the CPU; absent: as is usual. */
  binding: z.enum(bindingChoices).optional(),
  /** Whose products of matrices are used there; absent: as is usual. */
  kernels: z.enum(kernelChoices).optional(),
  /** Whether widths are padded for ONNX Runtime's; absent: as is usual. */
  padding: z.enum(paddingChoices).optional(),
  /** Longest time between two saved states, in milliseconds. */
  saveStateMs: z.number(),
  /** Longest time for which steps are held back to be told together, in milliseconds; 0: each at once. */
  stepBatchMs: z.number(),
  /** Silence of the worker after which the engine ends itself, in milliseconds. */
  orphanMs: z.number(),
  /** Most memory with which a process waits for the next task after this one, in bytes; 0: it ends. */
  restBytes: z.number(),
});
export type EngineTask = z.infer<typeof engineTaskSchema>;

/** What an answer is worth, and of a multi grader what each of its graders gave. */
const rewardSchema = z.object({ reward: z.number(), parts: figuresSchema.optional() });
export type Reward = z.infer<typeof rewardSchema>;

/** What the worker tells its engine process. */
export const toEngineSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('train'), task: engineTaskSchema }),
  /** The worker is alive. */
  z.object({ kind: z.literal('ping') }),
  /** Save the state and end. */
  z.object({ kind: z.literal('pause') }),
  /** Do not, if there is still time. */
  z.object({ kind: z.literal('resume') }),
  /** The rewards that were asked for under this number, in their order; null where none could be given. */
  z.object({
    kind: z.literal('graded'),
    id: z.number().int(),
    rewards: z.array(rewardSchema.nullable()),
  }),
]);
export type ToEngine = z.infer<typeof toEngineSchema>;

/** One optimizer step. `loss`: mean over the step's supervised tokens, in nats. */
export const stepSchema = z.object({
  step: z.number().int(),
  epoch: z.number(),
  loss: z.number(),
  tokenAccuracy: z.number(),
  learningRate: z.number(),
  gradientNorm: z.number(),
  supervisedTokens: z.number(),
  tokens: z.number(),
  seconds: z.number(),
  /** What the loss tells beside it, such as `rewards/margins` of pairs of answers. */
  figures: figuresSchema.default({}),
});
export type Step = z.infer<typeof stepSchema>;

/** The held-out rows scored after a step. */
const scoreSchema = z.object({
  step: z.number().int(),
  loss: z.number(),
  tokenAccuracy: z.number(),
  supervisedTokens: z.number(),
  /** What the loss tells beside it, and the metrics of the task. */
  figures: figuresSchema.default({}),
});
export type Score = z.infer<typeof scoreSchema>;

/** An answer of the model, and the place of its prompt among those of its side. */
const answerSchema = z.object({ prompt: z.number().int(), text: z.string() });
const sideSchema = z.enum(['train', 'held-out']);
export type Side = z.infer<typeof sideSchema>;
/** What answers are graded for: `trial` are answers to prompts of the training side, of which nothing is learned. */
const purposeSchema = z.enum(['trial', ...sideSchema.options]);
export type Purpose = z.infer<typeof purposeSchema>;

/** Some of the answers that a step or a score is made of, with their rewards; or answers to held-out rows, with what those have. */
const samplesSchema = z.object({
  step: z.number().int(),
  side: sideSchema,
  answers: z.array(
    answerSchema.extend({
      reward: z.number().nullable(),
      parts: figuresSchema.optional(),
      isTruncated: z.boolean(),
      row: z.object({ asked: z.string(), expected: z.string() }).optional(),
    }),
  ),
});
export type Samples = z.infer<typeof samplesSchema>;

/** Examples that are hardly learnt while others are, by their place, with their loss where they were shown first and last. */
const slowExamplesSchema = z.object({
  step: z.number().int(),
  /** Examples that were shown twice or more. */
  seen: z.number().int(),
  examples: z.array(z.object({ example: z.number().int(), first: z.number(), last: z.number() })),
});
export type SlowExamples = z.infer<typeof slowExamplesSchema>;

/**
 * What the engine process tells the worker. A saved folder holds `state/` (to resume) and, unless
 * `model` is null, `model/` (to use): both are there before `state`, only the latter for `final`.
 */
export const fromEngineSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('ready'),
    step: z.number().int(),
    totalSteps: z.number().int(),
    trainableParameters: z.number(),
  }),
  /** Steps in their order, one after another. */
  z.object({ kind: z.literal('steps'), steps: z.array(stepSchema).min(1) }),
  z.object({ kind: z.literal('score'), score: scoreSchema }),
  z.object({
    kind: z.literal('saved'),
    step: z.number().int(),
    folder: z.string(),
    why: z.enum(['checkpoint', 'state', 'pause', 'final']),
    model: z.enum(['adapter', 'merged']).nullable(),
  }),
  /** Something goes on that is no step, such as the answers that a step learns from. */
  z.object({ kind: z.literal('alive') }),
  z.object({
    kind: z.literal('grade'),
    id: z.number().int(),
    purpose: purposeSchema,
    answers: z.array(answerSchema),
  }),
  z.object({ kind: z.literal('samples'), samples: samplesSchema }),
  z.object({ kind: z.literal('slow-examples'), slow: slowExamplesSchema }),
  /** The task is done and forgotten: another one may come. */
  z.object({ kind: z.literal('resting') }),
  z.object({ kind: z.literal('log'), level: z.enum(['info', 'warn', 'error']), text: z.string() }),
  z.object({ kind: z.literal('paused'), step: z.number().int() }),
  /** `step`: whose model is the result; it was saved before, as `final` or as `checkpoint`. */
  z.object({ kind: z.literal('finished'), step: z.number().int() }),
  z.object({
    kind: z.literal('failed'),
    error: wireErrorSchema,
    retryable: z.boolean(),
    /** Examples of the step that diverged, counted from 0; empty for other failures. */
    examples: z.array(z.number().int()),
    /** The technical cause, for the log only. */
    cause: z.string(),
  }),
]);
export type FromEngine = z.infer<typeof fromEngineSchema>;
