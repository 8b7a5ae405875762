import { httpFields, httpSchema } from '@lathe/recipe/http-form';
import { preferenceSchema as recipe } from '@lathe/recipe/preference';
import { z } from 'zod';

const weight = z.number().min(0).max(100);

/** What pairs of answers, or judged ones, are trained with, beside OpenAI's `beta`: an extension of ours. */
export const preferenceSchema = httpSchema(recipe, {
  beta: 'is a hyperparameter of the method dpo',
  gamma: weight,
  desirable_weight: weight,
  undesirable_weight: weight,
});

/** The same once every `auto` is resolved. */
export const resolvedPreferenceSchema = z
  .object(httpFields(recipe.shape))
  .required({ loss: true, beta: true });
export type ResolvedPreference = z.infer<typeof resolvedPreferenceSchema>;
