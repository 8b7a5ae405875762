import { z } from 'zod';
import { newTokenizerSchema } from './new-tokenizer.ts';
import { ruled } from './rules.ts';

const moduleNames = z.array(z.string().min(1)).min(1);
const tokenIds = z.array(z.int().min(0)).min(1);

const full = ruled(
  z.strictObject({
    type: z.literal('full').describe('every weight'),
    initial: z
      .literal('random')
      .optional()
      .describe("pre-training: only the base model's shape and tokenizer are taken"),
    tokenizer: newTokenizerSchema
      .optional()
      .describe(
        "with random weights: a tokenizer that is learnt from the training file, instead of the base model's",
      ),
  }),
  {
    at: 'tokenizer',
    breaks: ({ initial, tokenizer }) => tokenizer !== undefined && initial !== 'random',
    message: (name) =>
      `trained weights know the tokens of their own tokenizer alone; a new one goes with ${name('initial')} 'random'`,
  },
);

const layers = ruled(
  z.strictObject({
    type: z.literal('layers').describe('some weights, the others stay as they are'),
    last: z
      .int()
      .min(1)
      .optional()
      .describe('train the last so many blocks and the norm after them'),
    names: moduleNames
      .optional()
      .describe('train the weights whose names match one of these; * stands for any part'),
  }),
  {
    breaks: ({ last, names }) => (last === undefined) === (names === undefined),
    message: "give either 'last' or 'names'",
  },
);

/** Low-rank adapters and their relatives. */
export const loraSchema = ruled(
  z.strictObject({
    type: z.literal('lora').describe('low-rank matrices A and B beside linear layers'),
    rank: z.int().min(1).default(16).describe('rows of A and columns of B'),
    alpha: z.number().positive().default(32).describe('the adapter is scaled by alpha / rank'),
    dropout: z.number().min(0).lt(1).default(0).describe("share of the adapter's inputs set to 0"),
    targets: z
      .union([z.literal('all-linear'), moduleNames])
      .default('all-linear')
      .describe('linear layers to adapt, such as q_proj; or all inside the blocks'),
    layers: z
      .array(z.int().min(0))
      .min(1)
      .optional()
      .describe('blocks that get adapters, counted from 0; all by default'),
    rankStabilized: z.boolean().default(false).describe('scale by alpha / √rank'),
    dora: z
      .boolean()
      .default(false)
      .describe('train the length of each row of the weight apart; not with pissa or base_bits'),
    initial: z
      .enum(['kaiming', 'gaussian', 'pissa'])
      .default('kaiming')
      .describe(
        'kaiming, gaussian: A random and B zero; pissa: both from the largest parts of the weight',
      ),
    rateRatioB: z
      .number()
      .positive()
      .default(1)
      .describe("learning rate of B as a multiple of A's (LoRA+)"),
    baseBits: z
      .literal([4, 8])
      .optional()
      .describe(
        'keep the frozen linear layers in so many bits while training: 4 for less memory, in blocks of 32 numbers that share a scale; 8 for speed, with a scale for each row',
      ),
    baseTolerance: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe(
        'with base_bits 8: the share by which the loss of held-out rows may differ with such layers before the first step; where it differs more, the run keeps them as they are stored and says so; 0.01 where it is left out',
      ),
  }),
  {
    at: 'dora',
    breaks: ({ dora, initial }) => dora === true && initial === 'pissa',
    message: "DoRA does not go with PiSSA's start",
  },
  {
    at: 'baseBits',
    breaks: ({ baseBits, dora, initial }) =>
      baseBits !== undefined && (dora === true || initial === 'pissa'),
    message: (_, { baseBits }) =>
      `${baseBits === 8 ? 'an 8' : 'a 4'}-bit base goes with plain LoRA, not with DoRA or a start from PiSSA`,
  },
  {
    at: 'baseTolerance',
    breaks: ({ baseBits, baseTolerance }) => baseTolerance !== undefined && baseBits !== 8,
    message: (name) => `${name('baseTolerance')} goes with ${name('baseBits')} 8`,
  },
);

const ia3 = ruled(
  z.strictObject({
    type: z.literal('ia3').describe('factors of what layers take or give (IA³)'),
    targets: moduleNames
      .optional()
      .describe("layers to scale; by default what suits the model's family"),
    feedForward: z
      .array(z.string().min(1))
      .optional()
      .describe('those of the targets whose input is scaled instead of their output'),
  }),
  {
    at: 'feedForward',
    breaks: ({ targets, feedForward = [] }) =>
      targets !== undefined && !feedForward.every((name) => targets.includes(name)),
    message: 'every layer of it must be among the targets',
  },
);

const tokens = z.strictObject({
  type: z.literal('tokens').describe('embeddings of single tokens'),
  tokens: tokenIds.describe('ids whose embeddings train'),
});

const virtualTokens = z
  .int()
  .min(1)
  .default(20)
  .describe('virtual tokens; they take their share of the context');

const promptTuning = ruled(
  z.strictObject({
    type: z.literal('prompt-tuning').describe('embeddings of virtual tokens before every text'),
    tokens: virtualTokens,
    initial: z
      .enum(['vocabulary', 'random', 'text'])
      .optional()
      .describe(
        'where they start: embeddings of random tokens, random numbers, or those of a text; text where one is given, else vocabulary',
      ),
    text: z
      .string()
      .min(1)
      .optional()
      .describe('the text they start as, repeated or cut to their number'),
    initialTokens: tokenIds.optional().describe('the same as ids of tokens'),
  }),
  {
    at: 'initialTokens',
    breaks: ({ text, initialTokens }) => text !== undefined && initialTokens !== undefined,
    message: (name) => `give one of ${name('text')} and ${name('initialTokens')}`,
  },
  {
    at: 'initial',
    breaks: ({ initial, text, initialTokens }) =>
      initial !== undefined &&
      (initial === 'text') !== (text !== undefined || initialTokens !== undefined),
    message: (name) => `${name('text')} or ${name('initialTokens')} go with initial 'text'`,
  },
);

const prefixTuning = z.strictObject({
  type: z.literal('prefix-tuning').describe('keys and values of virtual tokens in every layer'),
  tokens: virtualTokens,
});

const head = z.strictObject({
  type: z
    .literal('head')
    .describe('a new head on the base model as it is, for tasks that have one'),
});

/**
 * Which weights train, or what is put beside them.
 * @example adaptationSchema.parse({ type: 'lora', rank: 8 });
 */
export const adaptationSchema = z.discriminatedUnion('type', [
  full,
  layers,
  loraSchema,
  ia3,
  tokens,
  promptTuning,
  prefixTuning,
  head,
]);

export type AdaptationInput = z.input<typeof adaptationSchema>;
/** An adaptation with every default filled in. */
export type AdaptationSettings = z.output<typeof adaptationSchema>;
/** The settings of one kind of adaptation. */
export type AdaptationOf<Type extends AdaptationSettings['type']> = Extract<
  AdaptationSettings,
  { type: Type }
>;

/**
 * Whether a run from a base model ends in an adapter, which is served beside it; what the others learn is merged into
 * weights of their own.
 */
export function isAdapter(adaptation: AdaptationInput): boolean {
  const { type } = adaptation;
  if (type === 'lora') return adaptation.dora !== true;
  return type === 'prompt-tuning' || type === 'prefix-tuning';
}

/** Peak learning rate where the recipe names none. */
export const defaultLearningRates: Readonly<Record<AdaptationSettings['type'], number>> = {
  full: 2e-5,
  layers: 2e-5,
  lora: 2e-4,
  ia3: 5e-3,
  'prompt-tuning': 5e-2,
  'prefix-tuning': 1e-1,
  head: 1e-3,
  tokens: 1e-3,
};

/** Tokens of the context that an adaptation takes for itself. */
export function virtualTokenCount(
  adaptation: { readonly type: string; readonly tokens?: unknown } | undefined,
): number {
  const { type, tokens } = adaptation ?? { type: '' };
  if (type !== 'prompt-tuning' && type !== 'prefix-tuning') return 0;
  return virtualTokens.parse(tokens);
}
