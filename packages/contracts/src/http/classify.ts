import { z } from 'zod';
import { mostInputs } from './embedding.ts';

/** Tokens that were read; none are written. */
const readUsageSchema = z.object({
  prompt_tokens: z.number().int(),
  total_tokens: z.number().int(),
});
const model = z.string().min(1).max(256);
const text = z.string();
const several = z.array(text).min(1).max(mostInputs);

/** Body of POST /v1/classify, as vLLM has it. */
export const classifyRequestSchema = z.strictObject({
  model,
  input: z.union([text, several]),
  user: z.string().max(512).nullish(),
});

/** The probability of each label, in the order of the model's labels, and the likeliest one. */
export const classificationListSchema = z.object({
  id: z.string(),
  object: z.literal('list'),
  created: z.number().int(),
  model: z.string(),
  data: z.array(
    z.object({
      index: z.number().int(),
      label: z.string(),
      probs: z.array(z.number()),
      num_classes: z.number().int(),
    }),
  ),
  usage: readUsageSchema,
});
export type ClassificationList = z.infer<typeof classificationListSchema>;

/** Body of POST /v1/score, as vLLM has it: one text with each of several, or pairs; `text_1` alone for a reward. */
export const scoreRequestSchema = z.strictObject({
  model,
  text_1: z.union([text, several]),
  text_2: z.union([text, several]).nullish(),
  user: z.string().max(512).nullish(),
});
export type ScoreRequest = z.infer<typeof scoreRequestSchema>;

export const scoreListSchema = z.object({
  id: z.string(),
  object: z.literal('list'),
  created: z.number().int(),
  model: z.string(),
  data: z.array(
    z.object({ index: z.number().int(), object: z.literal('score'), score: z.number() }),
  ),
  usage: readUsageSchema,
});
export type ScoreList = z.infer<typeof scoreListSchema>;

const rerankDocument = z.union([text, z.strictObject({ text })]);
/** Body of POST /v1/rerank, as Jina and Cohere have it. */
export const rerankRequestSchema = z.strictObject({
  model,
  query: text,
  documents: z.array(rerankDocument).min(1).max(mostInputs),
  top_n: z.number().int().min(1).nullish(),
  return_documents: z.boolean().nullish(),
});

/** Documents by their relevance, the highest first. */
export const rerankListSchema = z.object({
  id: z.string(),
  model: z.string(),
  usage: readUsageSchema,
  results: z.array(
    z.object({
      index: z.number().int(),
      relevance_score: z.number(),
      document: z.object({ text }).optional(),
    }),
  ),
});
export type RerankList = z.infer<typeof rerankListSchema>;
