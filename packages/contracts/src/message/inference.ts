import { z } from 'zod';
import { messageSchema } from '../artifact/dataset.ts';
import { toolSchema } from '../artifact/tool.ts';
import {
  finishReasonSchema,
  jsonSchemaSchema,
  tokenLogprobSchema,
  usageSchema,
} from '../http/chat.ts';
import { replyFrames } from './reply.ts';

/** A chat request as the gateway hands it to an evaluator, every default resolved. */
export const inferenceRequestSchema = z.object({
  version: z.literal(1),
  requestId: z.string(),
  project: z.string(),
  model: z.string(),
  messages: z.array(messageSchema).min(1),
  temperature: z.number(),
  topP: z.number(),
  maxTokens: z.number().int().nullable(),
  stop: z.array(z.string()),
  seed: z.number().int().nullable(),
  choices: z.number().int(),
  /** null: no log-probabilities; else how many alternatives a token. */
  topLogprobs: z.number().int().nullable(),
  logitBias: z.record(z.string(), z.number()),
  presencePenalty: z.number(),
  frequencyPenalty: z.number(),
  /** JSON Schema that the answer keeps to; null: any text. */
  schema: jsonSchemaSchema.nullable().default(null),
  /** Tools that the answer may call; with the choice `none` the model is not shown them. */
  tools: z.array(toolSchema).default([]),
  toolChoice: z
    .union([z.enum(['none', 'auto', 'required']), z.object({ name: z.string() })])
    .default('auto'),
  parallelToolCalls: z.boolean().default(true),
});
export type InferenceRequest = z.infer<typeof inferenceRequestSchema>;

/**
 * What an evaluator publishes on the request's reply subject, in order: `accepted` at once, `waiting`
 * while nothing else happens (a heartbeat), `text`, `call` and `arguments` for each piece, `finish` for each choice, and last either `done` or `error`.
 */
export const inferenceReplySchema = z.discriminatedUnion('kind', [
  ...replyFrames,
  z.object({
    kind: z.literal('text'),
    choice: z.number().int(),
    text: z.string(),
    logprobs: z.array(tokenLogprobSchema).nullable(),
  }),
  /** A call begins; its arguments follow piece by piece. */
  z.object({
    kind: z.literal('call'),
    choice: z.number().int(),
    index: z.number().int(),
    id: z.string(),
    name: z.string(),
    logprobs: z.array(tokenLogprobSchema).nullable(),
  }),
  z.object({
    kind: z.literal('arguments'),
    choice: z.number().int(),
    index: z.number().int(),
    text: z.string(),
    logprobs: z.array(tokenLogprobSchema).nullable(),
  }),
  z.object({ kind: z.literal('finish'), choice: z.number().int(), reason: finishReasonSchema }),
  z.object({ kind: z.literal('done'), usage: usageSchema }),
]);
export type InferenceReply = z.infer<typeof inferenceReplySchema>;
