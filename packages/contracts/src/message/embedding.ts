import { z } from 'zod';
import { replyFrames } from './reply.ts';

/** An embedding request as the gateway hands it to an evaluator. */
export const embeddingQuestionSchema = z.object({
  version: z.literal(1),
  requestId: z.string(),
  project: z.string(),
  model: z.string(),
  /** Texts, or the model's own tokens. */
  inputs: z.array(z.union([z.string(), z.array(z.number().int())])).min(1),
  /** Whether the user sent a list: then faults name the place in it. */
  isList: z.boolean(),
  /** null: as many as the model has. */
  dimensions: z.number().int().nullable(),
});
export type EmbeddingQuestion = z.infer<typeof embeddingQuestionSchema>;

/**
 * What an evaluator publishes on the request's reply subject: `accepted` at once, `waiting` while
 * nothing else happens, `vectors` for some inputs after another, in their order, and last either `done` or `error`.
 */
export const embeddingReplySchema = z.discriminatedUnion('kind', [
  ...replyFrames,
  z.object({
    kind: z.literal('vectors'),
    dimensions: z.number().int().min(1),
    /** The vectors one after another as little-endian float32, in base64. */
    data: z.string(),
  }),
  z.object({ kind: z.literal('done'), promptTokens: z.number().int() }),
]);
export type EmbeddingReply = z.infer<typeof embeddingReplySchema>;
