import { z } from 'zod';

/** Most inputs of one request. */
export const mostInputs = 2048;

const token = z.number().int().min(0);

/** Body of POST /v1/embeddings: one text or token list, or several of one of these kinds. */
export const embeddingRequestSchema = z.strictObject({
  model: z.string().min(1).max(256),
  input: z.union([z.string(), z.array(z.string()), z.array(token), z.array(z.array(token))]),
  /** Length of the vectors: the first so many numbers, brought to length 1 again. */
  dimensions: z.number().int().min(1).nullish(),
  /** `base64`: little-endian float32. */
  encoding_format: z.enum(['float', 'base64']).nullish(),
  user: z.string().max(512).nullish(),
});
export type EmbeddingRequest = z.infer<typeof embeddingRequestSchema>;

/** The `list` of `embedding` objects. */
export const embeddingListSchema = z.object({
  object: z.literal('list'),
  data: z.array(
    z.object({
      object: z.literal('embedding'),
      index: z.number().int(),
      embedding: z.union([z.array(z.number()), z.string()]),
    }),
  ),
  model: z.string(),
  usage: z.object({ prompt_tokens: z.number().int(), total_tokens: z.number().int() }),
});
export type EmbeddingList = z.infer<typeof embeddingListSchema>;
