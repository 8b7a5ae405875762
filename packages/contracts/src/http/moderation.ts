import { z } from 'zod';
import { mostInputs } from './embedding.ts';

/** Body of POST /v1/moderations, as OpenAI has it for texts; the model is one that was taught several labels a text. */
export const moderationRequestSchema = z.strictObject({
  model: z.string().min(1).max(256),
  input: z.union([z.string(), z.array(z.string()).min(1).max(mostInputs)]),
});

/** For each input what applies to it: categories are the labels of the model. */
export const moderationSchema = z.object({
  id: z.string(),
  model: z.string(),
  results: z.array(
    z.object({
      /** Whether any category applies. */
      flagged: z.boolean(),
      /** Whether the score is at least one half. */
      categories: z.record(z.string(), z.boolean()),
      /** Probabilities, each for itself. */
      category_scores: z.record(z.string(), z.number()),
      category_applied_input_types: z.record(z.string(), z.array(z.literal('text'))),
    }),
  ),
});
export type ModerationList = z.infer<typeof moderationSchema>;
