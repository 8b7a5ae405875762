import { type AdaptationInput, adaptationSchema as recipe } from '@lathe/recipe/adaptation';
import { type HttpForm, httpSchema } from '@lathe/recipe/http-form';
import { z } from 'zod';

const tokenIds = z.array(z.int().min(0).max(2_147_483_647)).min(1);
const moduleNames = z.array(z.string().min(1).max(200)).min(1).max(256);
const virtual = z.int().min(1).max(1024);

/** How weights are trained, as an extension of ours beside the standard parameters. */
export type Adaptation = HttpForm<AdaptationInput>;

/** The recipe's adaptations, within what a job may ask for. */
export const adaptationSchema = httpSchema(recipe, {
  full: {
    tokenizer: {
      vocabulary_size: z.int().min(1).max(1_000_000),
      special_tokens: z.array(z.string().min(1).max(200)).max(1000),
    },
  },
  lora: {
    rank: z.int().min(1).max(256),
    alpha: z.number().min(0.01).max(10_000),
    dropout: z.number().min(0).max(0.9),
    targets: z.union([z.literal('all-linear'), moduleNames]),
    rate_ratio_b: z.number().min(0.001).max(1000),
  },
  layers: { last: z.int().min(1).max(1000), names: moduleNames },
  ia3: { targets: moduleNames, feed_forward: moduleNames },
  tokens: { tokens: tokenIds.max(65_536) },
  'prompt-tuning': {
    tokens: virtual,
    text: z.string().min(1).max(10_000),
    initial_tokens: tokenIds.max(10_000),
  },
  'prefix-tuning': { tokens: virtual },
}) as z.ZodType<Adaptation>;
