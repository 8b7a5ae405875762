import { z } from 'zod';

const tokenIds = z.array(z.number().int().min(0).max(2_147_483_647)).min(1);
const moduleNames = z.array(z.string().min(1).max(200)).min(1).max(256);

const full = z.strictObject({
  type: z.literal('full'),
  initial: z
    .literal('random')
    .optional()
    .describe("pre-training: only the base model's shape and tokenizer are taken"),
});

const lora = z
  .strictObject({
    type: z.literal('lora'),
    rank: z.number().int().min(1).max(256).optional(),
    alpha: z.number().min(0.01).max(10_000).optional(),
    dropout: z.number().min(0).max(0.9).optional(),
    targets: z
      .union([z.literal('all-linear'), moduleNames])
      .optional()
      .describe('linear layers to adapt, such as q_proj; or all inside the blocks'),
    rank_stabilized: z.boolean().optional().describe('scale by alpha / √rank'),
    dora: z.boolean().optional().describe('train the length of each row of the weight apart'),
    initial: z
      .enum(['kaiming', 'gaussian', 'pissa'])
      .optional()
      .describe('A random and B zero, or both from the largest parts of the weight'),
    rate_ratio_b: z
      .number()
      .min(0.001)
      .max(1000)
      .optional()
      .describe("learning rate of B as a multiple of A's (LoRA+)"),
    base_bits: z
      .literal(4)
      .optional()
      .describe('keep the frozen linear layers as 4-bit numbers while training'),
  })
  .refine(({ dora, initial }) => !(dora === true && initial === 'pissa'), {
    path: ['dora'],
    message: "DoRA does not go with PiSSA's start",
  })
  .refine(
    ({ base_bits, dora, initial }) =>
      base_bits === undefined || !(dora === true || initial === 'pissa'),
    {
      path: ['base_bits'],
      message: 'a 4-bit base goes with plain LoRA, not with DoRA or a start from PiSSA',
    },
  );

const layers = z
  .strictObject({
    type: z.literal('layers'),
    last: z
      .number()
      .int()
      .min(1)
      .max(1000)
      .optional()
      .describe('train the last so many blocks and the norm after them'),
    names: moduleNames
      .optional()
      .describe('train the weights whose names match one of these; * stands for any part'),
  })
  .refine(({ last, names }) => (last === undefined) !== (names === undefined), {
    message: "give either 'last' or 'names'",
  });

const ia3 = z
  .strictObject({
    type: z.literal('ia3'),
    targets: moduleNames.optional(),
    feed_forward: moduleNames
      .optional()
      .describe('those of the targets whose input is scaled instead of their output'),
  })
  .refine(
    ({ targets, feed_forward = [] }) =>
      targets === undefined || feed_forward.every((name) => targets.includes(name)),
    { path: ['feed_forward'], message: 'every layer of it must be among the targets' },
  );

const tokens = z.strictObject({
  type: z.literal('tokens'),
  tokens: tokenIds.max(65_536).describe('ids whose embeddings train'),
});

const virtualTokens = z
  .number()
  .int()
  .min(1)
  .max(1024)
  .optional()
  .describe('virtual tokens; they take their share of the context');

const promptTuning = z
  .strictObject({
    type: z.literal('prompt-tuning'),
    tokens: virtualTokens,
    initial: z
      .enum(['vocabulary', 'random', 'text'])
      .optional()
      .describe(
        'where they start: embeddings of random tokens, random numbers, or those of a text',
      ),
    text: z
      .string()
      .min(1)
      .max(10_000)
      .optional()
      .describe('the text they start as, repeated or cut to their number'),
    initial_tokens: tokenIds.max(10_000).optional().describe('the same as ids of tokens'),
  })
  .refine(({ text, initial_tokens }) => text === undefined || initial_tokens === undefined, {
    path: ['initial_tokens'],
    message: "give one of 'text' and 'initial_tokens'",
  })
  .refine(
    ({ initial, text, initial_tokens }) =>
      initial === undefined ||
      (initial === 'text') === (text !== undefined || initial_tokens !== undefined),
    { path: ['initial'], message: "'text' or 'initial_tokens' go with initial 'text'" },
  );

const prefixTuning = z.strictObject({
  type: z.literal('prefix-tuning'),
  tokens: virtualTokens,
});

/** Why a method of the engine is none of a job. */
const withoutChat: ReadonlyMap<unknown, string> = new Map([
  ['head', 'trains only the head of a task that is no chat'],
]);

const methods = [full, layers, lora, ia3, tokens, promptTuning, prefixTuning] as const;

/** How weights are trained: an extension of ours beside the standard parameters. */
export const adaptationSchema = z.discriminatedUnion('type', methods, {
  error: ({ code, input }) => {
    if (code !== 'invalid_union') return undefined;
    const { type } = Object(input) as { type?: unknown };
    const what = withoutChat.get(type);
    return what === undefined
      ? 'expected one of full, layers, lora, ia3, tokens, prompt-tuning, prefix-tuning'
      : `${type} ${what}, which chat cannot serve; train it with npm run tune:local`;
  },
});
export type Adaptation = z.infer<typeof adaptationSchema>;

/** Virtual tokens where a job names no number of them: the engine's default. */
const usualVirtualTokens = 20;

/** Tokens of the context that the adaptation takes for itself. */
export function virtualTokenCount(adaptation: Adaptation | undefined): number {
  if (adaptation?.type !== 'prompt-tuning' && adaptation?.type !== 'prefix-tuning') return 0;
  return adaptation.tokens ?? usualVirtualTokens;
}
