import { z } from 'zod';

const positiveInteger = z.int().positive();
const targets = z
  .union([z.array(z.string().min(1)).min(1), z.literal('all-linear')])
  .describe('Names of the linear layers to adapt, such as q_proj; or all inside the blocks.');

const full = z.strictObject({ type: z.literal('full') });

const layers = z.strictObject({
  type: z.literal('layers'),
  last: positiveInteger
    .optional()
    .describe('Train the last so many blocks and the norm after them.'),
  names: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('Train the weights whose names match one of these; * stands for any part.'),
});

const lora = z.strictObject({
  type: z.literal('lora'),
  rank: positiveInteger.default(16).describe('Rows of A and columns of B.'),
  alpha: z.number().positive().default(32).describe('The adapter is scaled by alpha / rank.'),
  dropout: z.number().min(0).lt(1).default(0).describe("Share of the adapter's inputs set to 0."),
  targets: targets.default('all-linear'),
  rankStabilized: z.boolean().default(false).describe('Scale by alpha / √rank instead.'),
  dora: z.boolean().default(false).describe('Train the length of each row of W + BA apart.'),
  initial: z
    .enum(['kaiming', 'gaussian', 'pissa'])
    .default('kaiming')
    .describe('Where A and B start: A random and B zero, or both from the largest parts of W.'),
  rateRatioB: z
    .number()
    .positive()
    .default(1)
    .describe("Learning rate of B as a multiple of A's (LoRA+)."),
  baseBits: z
    .literal(4)
    .optional()
    .describe('Keep the frozen linear layers as 4-bit numbers in blocks of 32 that share a scale.'),
});

const ia3 = z.strictObject({
  type: z.literal('ia3'),
  targets: z.array(z.string().min(1)).min(1).optional(),
  feedForward: z
    .array(z.string().min(1))
    .optional()
    .describe('Those of the targets whose input is scaled instead of their output.'),
});

const promptTuning = z.strictObject({
  type: z.literal('prompt-tuning'),
  virtualTokens: positiveInteger.default(20),
  initial: z
    .enum(['vocabulary', 'random', 'text'])
    .default('vocabulary')
    .describe('Embeddings of random tokens, N(0, 1) numbers, or the embeddings of `tokens`.'),
  tokens: z.array(z.int().nonnegative()).min(1).optional(),
});

const prefixTuning = z.strictObject({
  type: z.literal('prefix-tuning'),
  virtualTokens: positiveInteger.default(20),
});

const head = z.strictObject({ type: z.literal('head') });

const tokens = z.strictObject({
  type: z.literal('tokens'),
  tokens: z.array(z.int().nonnegative()).min(1).describe('Ids whose embeddings train.'),
});

/** Which weights train. */
export const methodSchema = z
  .discriminatedUnion('type', [full, layers, lora, ia3, promptTuning, prefixTuning, head, tokens])
  .prefault({ type: 'lora' });

export type MethodSettings = z.output<typeof methodSchema>;
type Named<Type extends MethodSettings['type']> = Extract<MethodSettings, { type: Type }>;
export type LayersSettings = Named<'layers'>;
export type LoraSettings = Named<'lora'>;
export type Ia3Settings = Named<'ia3'>;
export type PromptTuningSettings = Named<'prompt-tuning'>;
export type PrefixTuningSettings = Named<'prefix-tuning'>;
export type TokensSettings = Named<'tokens'>;

/** Peak learning rate where the settings name none. */
export const defaultLearningRates: Readonly<Record<MethodSettings['type'], number>> = {
  full: 2e-5,
  layers: 2e-5,
  lora: 2e-4,
  ia3: 5e-3,
  'prompt-tuning': 3e-2,
  'prefix-tuning': 1e-2,
  head: 1e-3,
  tokens: 1e-3,
};
