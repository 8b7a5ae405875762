import { httpSchema } from '@lathe/recipe/http-form';
import { taskSchema as recipe } from '@lathe/recipe/task';
import { z } from 'zod';

const labels = z.array(z.string().min(1).max(256)).min(1).max(10_000);

/** What a job teaches, where its rows and its base model leave that open: an extension of ours. */
export const taskSchema = httpSchema(recipe, {
  classification: { labels },
  'token-classification': { labels },
  embedding: { scale: z.number().positive().max(1000) },
  'masked-lm': { masked_share: z.number().min(0.01).max(0.9) },
  reward: { center_coefficient: z.number().min(0).max(100) },
});
