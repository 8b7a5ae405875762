import { z } from 'zod';
import { chatRequestSchema, usageSchema } from './chat.ts';
import { unsupported } from './nothing.ts';

const sampling = chatRequestSchema.pick({
  model: true,
  temperature: true,
  top_p: true,
  stop: true,
  seed: true,
  n: true,
  logit_bias: true,
  presence_penalty: true,
  frequency_penalty: true,
  stream: true,
  stream_options: true,
  user: true,
}).shape;

const tokens = z.array(z.number().int()).min(1);

/** Body of POST /v1/completions, OpenAI's older form: a text, or the model's own tokens, to go on from. */
export const completionRequestSchema = z.strictObject({
  ...sampling,
  /** One text or many, or as many lists of token ids. */
  prompt: z.union([z.string(), z.array(z.string()).min(1), tokens, z.array(tokens).min(1)]),
  /** 16 when left out; with 0 and echo the prompt alone is told. */
  max_tokens: z.number().int().min(0).nullish(),
  /** So many likeliest tokens at each place, beside the log-probability of the token itself. */
  logprobs: z.number().int().min(0).max(20).nullish(),
  /** Tells the prompt before the answer, with its log-probabilities where they are asked for. */
  echo: z.boolean().nullish(),
  best_of: unsupported(1),
  suffix: unsupported(''),
});
export type CompletionRequest = z.infer<typeof completionRequestSchema>;

/** Log-probabilities as legacy completions have them: one entry a token, null for the very first of a prompt. */
const completionLogprobsSchema = z.object({
  tokens: z.array(z.string()),
  token_logprobs: z.array(z.number().nullable()),
  top_logprobs: z.array(z.record(z.string(), z.number()).nullable()).nullable(),
  /** Where each token begins in the text, in UTF-16 units. */
  text_offset: z.array(z.number().int()),
});
export type CompletionLogprobs = z.infer<typeof completionLogprobsSchema>;

/** The `text_completion` object. */
export const completionSchema = z.object({
  id: z.string(),
  object: z.literal('text_completion'),
  created: z.number().int(),
  model: z.string(),
  choices: z.array(
    z.object({
      index: z.number().int(),
      text: z.string(),
      logprobs: completionLogprobsSchema.nullable(),
      finish_reason: z.enum(['stop', 'length']),
    }),
  ),
  usage: usageSchema,
  system_fingerprint: z.string(),
});
export type Completion = z.infer<typeof completionSchema>;
