import { z } from 'zod';
import { tokenLogprobSchema, usageSchema } from '../http/chat.ts';
import { inferenceRequestSchema } from './inference.ts';
import { replyFrames } from './reply.ts';

/** A request to go on from prompts, as the gateway hands it to an evaluator, every default resolved. */
export const completionQuestionSchema = z.object({
  ...inferenceRequestSchema.pick({
    version: true,
    requestId: true,
    project: true,
    model: true,
    temperature: true,
    topP: true,
    stop: true,
    seed: true,
    choices: true,
    topLogprobs: true,
    logitBias: true,
    presencePenalty: true,
    frequencyPenalty: true,
  }).shape,
  /** Texts, or the model's own tokens. */
  prompts: z.array(z.union([z.string(), z.array(z.number().int())])).min(1),
  /** Whether the user sent a list: then faults name the place in it. */
  isList: z.boolean(),
  maxTokens: z.number().int(),
  /** Whether the prompt comes before each answer. */
  echo: z.boolean(),
});
export type CompletionQuestion = z.infer<typeof completionQuestionSchema>;

/** As of a chat; of a prompt's very first token there is no log-probability. */
const placedLogprobSchema = tokenLogprobSchema.extend({ logprob: z.number().nullable() });
export type PlacedLogprob = z.infer<typeof placedLogprobSchema>;

/**
 * What an evaluator publishes on the request's reply subject, as of a chat (message/inference.ts). Choices of one
 * prompt follow each other, and prompts in their order: choice number = prompt · choices + choice.
 */
export const completionReplySchema = z.discriminatedUnion('kind', [
  ...replyFrames,
  z.object({
    kind: z.literal('text'),
    choice: z.number().int(),
    text: z.string(),
    logprobs: z.array(placedLogprobSchema).nullable(),
  }),
  z.object({
    kind: z.literal('finish'),
    choice: z.number().int(),
    reason: z.enum(['stop', 'length']),
  }),
  z.object({ kind: z.literal('done'), usage: usageSchema }),
]);
export type CompletionReply = z.infer<typeof completionReplySchema>;
