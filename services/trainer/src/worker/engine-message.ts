import { wireErrorSchema } from '@lathe/contracts/error';
import { deviceKindSchema } from '@lathe/contracts/record/worker';
import { z } from 'zod';

/** The engine's part of a saved state folder. */
export const engineStateFolder = 'engine';

/** Training settings as a job carries them; what is absent keeps the engine's default. */
export const runSettingsSchema = z.object({
  adaptation: z.discriminatedUnion('type', [
    z.object({ type: z.literal('full') }),
    z.object({
      type: z.literal('lora'),
      rank: z.number().int().optional(),
      alpha: z.number().optional(),
      dropout: z.number().optional(),
      targets: z.array(z.string()).optional(),
    }),
  ]),
  epochs: z.number().int().min(1),
  batchSize: z.number().int().min(1),
  learningRate: z.number().positive(),
  seed: z.number().int().min(0),
  schedule: z.enum(['constant', 'linear', 'cosine']).optional(),
  warmupRatio: z.number().optional(),
  weightDecay: z.number().optional(),
  maxGradientNorm: z.number().optional(),
  packing: z.boolean().optional(),
  maxTokens: z.number().int().optional(),
  checkpointEvery: z.number().int().min(1).optional(),
});
export type RunSettings = z.infer<typeof runSettingsSchema>;

/** What the engine process needs to train: local paths only. */
export const engineTaskSchema = z.object({
  modelFolder: z.string(),
  settings: runSettingsSchema,
  /** Token shards in order (contracts/artifact/shard.ts). */
  trainShards: z.array(z.string()),
  heldOutShards: z.array(z.string()),
  /** Training state to resume from. */
  stateFolder: z.string().nullable(),
  /** Where checkpoints are written, one folder a step. */
  outputFolder: z.string(),
  device: deviceKindSchema,
  /** Threads of the engine; 0: as many as it likes. */
  threads: z.number().int(),
  /** Longest time between two saved states, in milliseconds. */
  saveStateMs: z.number(),
  /** Silence of the worker after which the engine ends itself, in milliseconds. */
  orphanMs: z.number(),
});
export type EngineTask = z.infer<typeof engineTaskSchema>;

/** What the worker tells its engine process. */
export const toEngineSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('train'), task: engineTaskSchema }),
  /** The worker is alive. */
  z.object({ kind: z.literal('ping') }),
  /** Save the state and end. */
  z.object({ kind: z.literal('pause') }),
  /** Do not, if there is still time. */
  z.object({ kind: z.literal('resume') }),
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
});
export type Step = z.infer<typeof stepSchema>;

/** The held-out rows scored after a step. */
export const scoreSchema = z.object({
  step: z.number().int(),
  loss: z.number(),
  tokenAccuracy: z.number(),
  supervisedTokens: z.number(),
});
export type Score = z.infer<typeof scoreSchema>;

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
  z.object({ kind: z.literal('step'), step: stepSchema }),
  z.object({ kind: z.literal('score'), score: scoreSchema }),
  z.object({
    kind: z.literal('saved'),
    step: z.number().int(),
    folder: z.string(),
    why: z.enum(['checkpoint', 'state', 'pause', 'final']),
    model: z.enum(['adapter', 'merged']).nullable(),
  }),
  z.object({ kind: z.literal('log'), level: z.enum(['info', 'warn', 'error']), text: z.string() }),
  z.object({ kind: z.literal('paused'), step: z.number().int() }),
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
