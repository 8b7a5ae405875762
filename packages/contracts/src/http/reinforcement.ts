import { httpFields, httpSchema } from '@lathe/recipe/http-form';
import { reinforcementSchema as recipe } from '@lathe/recipe/reinforcement';
import { z } from 'zod';
import { graderSchema } from './grader.ts';
import { unsupported } from './nothing.ts';

const auto = z.literal('auto');
const steps = z.int().min(1).max(1_000_000);
const samples = z.int().min(1).max(64);
const share = z.number().min(1e-6).max(100);

const bounds = {
  grader: 'is the grader of the method reinforcement',
  epsilon: z.number().min(1e-6).max(0.99),
  epsilon_high: share,
  beta: z.number().min(0).max(100),
  temperature: z.number().min(0.01).max(10),
  max_completion_tokens: z.int().min(1).max(1_048_576),
  group_size: z.int().min(2).max(128),
  evaluate_every: steps,
  evaluation_samples: samples,
} as const;

/** How a model learns from rewards, beside the hyperparameters of OpenAI: an extension of ours. */
export const reinforcementSchema = httpSchema(recipe, bounds);

/** The same once every `auto` is resolved; the grader stands in the record. */
export const resolvedReinforcementSchema = z
  .object(httpFields(recipe.shape, bounds))
  .required({ group_size: true });
export type ResolvedReinforcement = z.infer<typeof resolvedReinforcementSchema>;

/** What the method reinforcement has beside the hyperparameters of all methods. */
const hyperparameters = {
  compute_multiplier: z
    .union([auto, z.number().gt(1e-5).max(10)])
    .optional()
    .describe(
      "answers to each prompt that are compared with each other, as a factor of 8, and 2 at the least; 'lathe.reinforcement.group_size' names the number itself",
    ),
  eval_interval: z
    .union([auto, steps])
    .optional()
    .describe('steps between two gradings of held-out prompts; those between checkpoints'),
  eval_samples: z.union([auto, samples]).optional().describe('answers to each held-out prompt; 1'),
  reasoning_effort: z
    .literal('default', {
      error:
        'Models here do not reason before they answer, so there is no effort to choose; leave it out',
    })
    .optional(),
};

/** What a job may have come to by `lathe.reinforcement`, which takes more. */
const resolved = {
  compute_multiplier: z.union([auto, z.number().positive()]),
  eval_samples: z.union([auto, z.int().min(1)]),
};

/** The `reinforcement` of a job's method, given the hyperparameters of all methods. */
export function reinforcementMethod<Shape extends z.ZodRawShape>(shared: z.ZodObject<Shape>) {
  const all = shared.extend(hyperparameters);
  return {
    hyperparameters: all,
    asked: z.strictObject({
      grader: graderSchema,
      hyperparameters: all.optional(),
      response_format: unsupported(),
    }),
    shown: z.object({ grader: graderSchema, hyperparameters: all.extend(resolved) }),
  };
}
