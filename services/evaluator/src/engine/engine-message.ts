import { sentErrorSchema } from '@lathe/contracts/error';
import { bindingChoices, kernelChoices } from '@lathe/engine/cpu-binding';
import type { Question } from '@lathe/engine/predictor';
import { z } from 'zod';
import type { EngineModel, GenerateRequest, LoadedModel } from './engine.ts';

const isInt32 = (value: unknown) => value instanceof Int32Array;
const isFloat32 = (value: unknown) => value instanceof Float32Array;
const isUint8 = (value: unknown) => value instanceof Uint8Array;

const tokenList = z.custom<Int32Array<ArrayBuffer>>(isInt32);

const modelSchema = z.object({
  folder: z.string(),
  adapter: z.string().nullable(),
  maxContext: z.number().int(),
}) satisfies z.ZodType<EngineModel>;
const loadedModelSchema = z.object({
  folder: z.string(),
  on: z.string().nullable(),
  bytes: z.number(),
  sinceMs: z.number(),
}) satisfies z.ZodType<LoadedModel>;
const requestSchema = z.object({
  tokens: z.array(z.number().int()).readonly(),
  maxTokens: z.number().int(),
  scoresPrompt: z.boolean(),
  temperature: z.number(),
  topP: z.number(),
  seed: z.number().int(),
  stopTokens: z.array(z.number().int()).readonly(),
  logitBias: z.map(z.number().int(), z.number()).readonly(),
  presencePenalty: z.number(),
  frequencyPenalty: z.number(),
  topLogprobs: z.number().int(),
  form: z
    .object({
      key: z.string(),
      schema: z.custom<Uint8Array<ArrayBuffer>>(isUint8),
      mark: z.object({ text: z.string(), isFirst: z.boolean() }).nullable(),
      control: z.array(z.string()).readonly(),
    })
    .nullable(),
}) satisfies z.ZodType<GenerateRequest>;

const questionSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.enum(['sequence-classification', 'token-classification', 'question-answering']),
  }),
  z.object({ kind: z.literal('masked-lm'), places: z.array(tokenList).readonly() }),
  z.object({ kind: z.literal('states') }),
  z.object({
    kind: z.literal('vectors'),
    pooling: z.enum(['mean', 'first', 'last']),
    normalized: z.boolean(),
  }),
]) satisfies z.ZodType<Question>;

/** What the evaluator tells its engine process; it travels as structured clones. */
export const toEngineSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('configure'),
    chatSlots: z.number().int(),
    evaluationSlots: z.number().int(),
    modelBytes: z.number().int(),
    /** Bytes of keys and values of prompts; 0: none are kept. */
    prefixBytes: z.number().int(),
    threads: z.number().int(),
    /** How ONNX Runtime is called; absent: as is usual. */
    binding: z.enum(bindingChoices).optional(),
    kernels: z.enum(kernelChoices).optional(),
  }),
  z.object({
    kind: z.literal('generate'),
    id: z.number().int(),
    urgency: z.enum(['chat', 'evaluation']),
    project: z.string(),
    model: modelSchema,
    request: requestSchema,
  }),
  z.object({
    kind: z.literal('score'),
    id: z.number().int(),
    model: modelSchema,
    examples: z.array(
      z.object({
        tokens: tokenList,
        supervised: z.custom<Uint8Array<ArrayBuffer>>(isUint8),
      }),
    ),
  }),
  z.object({
    kind: z.literal('predict'),
    id: z.number().int(),
    urgency: z.enum(['chat', 'evaluation']),
    project: z.string(),
    model: modelSchema,
    question: questionSchema,
    texts: z.array(z.object({ tokens: tokenList, types: tokenList.optional() })),
  }),
  z.object({ kind: z.literal('cancel'), id: z.number().int() }),
  z.object({ kind: z.literal('forget'), folder: z.string() }),
]);
export type ToEngine = z.infer<typeof toEngineSchema>;
export type EngineConfiguration = Extract<ToEngine, { kind: 'configure' }>;

const candidate = z.object({ token: z.number().int(), logprob: z.number() });

/** What the engine process answers. `end`, `scored`, `predicted` and `failed` are the last word about an id. */
export const fromEngineSchema = z.discriminatedUnion('kind', [
  /** All that is in memory, whenever that changes; about no id. */
  z.object({ kind: z.literal('loaded'), models: z.array(loadedModelSchema).readonly() }),
  /** A prompt is read now but for so many tokens; `keptBytes`: what is kept of prompts in all. */
  z.object({
    kind: z.literal('read'),
    id: z.number().int(),
    cachedTokens: z.number().int(),
    keptBytes: z.number().int(),
  }),
  z.object({
    kind: z.literal('token'),
    id: z.number().int(),
    ...candidate.shape,
    top: z.array(candidate),
  }),
  z.object({ kind: z.literal('end'), id: z.number().int() }),
  z.object({
    kind: z.literal('scored'),
    id: z.number().int(),
    loss: z.number(),
    supervisedTokens: z.number().int(),
    logProbabilities: z.custom<Float64Array>((value) => value instanceof Float64Array),
  }),
  z.object({
    kind: z.literal('predicted'),
    id: z.number().int(),
    results: z.array(z.custom<Float32Array<ArrayBuffer>>(isFloat32)),
  }),
  z.object({
    kind: z.literal('failed'),
    id: z.number().int(),
    error: sentErrorSchema,
    /** The technical cause, for the log only. */
    cause: z.string(),
  }),
]);
export type FromEngine = z.infer<typeof fromEngineSchema>;

/** Which piece of work a message is about that cannot be read otherwise; undefined: that cannot be told. */
export function idOf(raw: unknown): number | undefined {
  const parsed = z.object({ id: z.number().int() }).safeParse(raw);
  return parsed.data?.id;
}
