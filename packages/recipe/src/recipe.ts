import { z } from 'zod';
import { adaptationSchema, defaultLearningRates } from './adaptation.ts';
import { type ClassWeights, classWeightsSchema } from './class-weights.ts';
import { earlyStoppingSchema, metricsOf } from './early-stopping.ts';
import { lossScaleSchema } from './loss-scale.ts';
import { optimizerSchema } from './optimizer.ts';
import { preferenceSchema } from './preference.ts';
import { reinforcementSchema } from './reinforcement.ts';
import { contradictions, type Naming, ruled } from './rules.ts';
import { hasOwnHead, haveClasses, haveOneClass, taskSchema } from './task.ts';

/** What a job trains with: every setting once, with its bounds, its default and what it means. */
export const recipeSchema = ruled(
  z.strictObject({
    adaptation: adaptationSchema
      .prefault({ type: 'lora' })
      .describe('which weights train; lora by default'),
    preference: preferenceSchema
      .optional()
      .describe('the loss of pairs of answers or of judged ones; absent: answers to learn'),
    reinforcement: reinforcementSchema
      .optional()
      .describe('how a model learns from rewards; absent: from answers'),
    task: taskSchema
      .optional()
      .describe('what is taught; absent: what comes next in a text, or what preference says'),
    epochs: z.int().min(1).default(3).describe('times each example is seen'),
    batchSize: z.int().min(1).default(8).describe('examples in an optimizer step'),
    learningRate: z
      .number()
      .positive()
      .optional()
      .describe('peak learning rate, absolute; by default what suits the adaptation'),
    optimizer: optimizerSchema.describe('adamw by default'),
    schedule: z
      .enum(['constant', 'linear', 'cosine', 'wsd'])
      .default('linear')
      .describe('how the learning rate moves over the run; wsd: warm-up, stable, down'),
    warmupRatio: z
      .number()
      .min(0)
      .lt(1)
      .optional()
      .describe('share of all steps, rounded up, in which the learning rate rises'),
    warmupSteps: z.int().min(0).optional().describe('instead of warmup_ratio'),
    minimumRate: z
      .number()
      .min(0)
      .lt(1)
      .default(0)
      .describe('where cosine and wsd end, as a share of the learning rate'),
    decayRatio: z
      .number()
      .positive()
      .max(1)
      .default(0.1)
      .describe('share of all steps, rounded up, in which wsd falls'),
    weightDecay: z
      .number()
      .min(0)
      .optional()
      .describe("the optimizer's weight_decay, which spares norms and biases"),
    maxGradientNorm: z.number().positive().default(1).describe('global L2 norm to clip at'),
    labelSmoothing: z
      .number()
      .min(0)
      .lt(1)
      .default(0)
      .describe('share of each label that is spread over all tokens'),
    classWeights: classWeightsSchema
      .optional()
      .describe(
        'how much each label of a text or a tag of a word counts in the loss: balanced, which is n / (k · n_label) for k labels of n examples, or a list of labels with weights; none by default',
      ),
    sampling: z
      .enum(['natural', 'balanced'])
      .optional()
      .describe(
        'which examples an epoch shows: each once, by default, or as many of every label, of which rare ones come again and some of the frequent ones wait for the next epoch',
      ),
    embeddingNoise: z.number().min(0).default(0).describe("NEFTune's alpha; 5 is usual"),
    layerRateDecay: z
      .number()
      .positive()
      .max(1)
      .default(1)
      .describe("a block's learning rate as a share of that of the block above it"),
    earlyStopping: earlyStoppingSchema
      .optional()
      .describe(
        'end when a held-out metric stops getting better, and keep the best step; needs held-out examples',
      ),
    seed: z.int().min(0).default(42).describe('root of every random choice of the run'),
    packing: z
      .boolean()
      .default(true)
      .describe('several examples in one window, isolated from each other; a matter of speed only'),
    sharePrompts: z
      .union([z.boolean(), z.literal('auto')])
      .optional()
      .describe(
        'what examples of a window begin with is computed once, with the same losses and gradients up to rounding. auto, the default: where the model writes, nothing is dropped out and it saves at least a tenth of the work',
      ),
    shuffle: z.boolean().default(true).describe('draw a new order of examples for each epoch'),
    maxTokens: z.int().min(1).default(2048).describe('longest example, and longest window'),
    microBatchTokens: z
      .int()
      .min(1)
      .default(2048)
      .describe(
        'most tokens, padding included, in one forward and backward pass; fewer take less memory and more time',
      ),
    recomputeActivations: z
      .boolean()
      .default(false)
      .describe('less memory for up to a quarter more time'),
    packWeights: z
      .union([z.boolean(), z.literal('auto')])
      .default('auto')
      .describe(
        'whether frozen weights are laid out anew for faster products on the CPU, a tenth of a step, at the cost of a copy or two of them. auto: where the copies take at most 1.5 GiB, and neither our own kernels, which read weights of 32 bits as they lie, nor a limit on memory, recomputation or a base in 4 or 8 bits asks for less memory',
      ),
    precision: z
      .enum(['auto', 'float32', 'float16'])
      .default('auto')
      .describe(
        "what matrix products compute in; weights, norms and losses stay float32. auto: float16 where the worker's device gains from it",
      ),
    lossScale: lossScaleSchema
      .prefault({})
      .describe('how gradients are kept in the range of float16; not asked in float32'),
    memoryLimit: z
      .int()
      .min(1)
      .nullable()
      .default(null)
      .describe('most bytes that training may take; passes are as large as fit'),
    keptStateBytes: z
      .int()
      .min(0)
      .default(2 ** 28)
      .describe(
        'most bytes of hidden states in memory that a frozen base, or frozen lower blocks, made of the examples: they are computed once where they fit, and anew in each step where not',
      ),
    keptDiskBytes: z
      .int()
      .min(0)
      .default(2 ** 32)
      .describe(
        "most bytes of those of frozen lower blocks that are kept on the machine's disk when the memory is full",
      ),
    mostPassTokens: z
      .int()
      .min(1)
      .optional()
      .describe(
        'most tokens of a pass however many the limit on memory would allow: for a run that took more than was estimated',
      ),
  }),
  {
    at: 'adaptation',
    breaks: ({ adaptation, task }) =>
      adaptation?.type === 'head' && task !== undefined && !hasOwnHead(task.type),
    message: (_, { task }) => `The task ${task?.type} has no head of its own to train alone.`,
  },
  {
    at: 'earlyStopping',
    breaks: ({ earlyStopping, task }) =>
      earlyStopping?.metric !== undefined &&
      task !== undefined &&
      !metricsOf(task).includes(earlyStopping.metric),
    message: (name, { earlyStopping, task }) =>
      `${name('earlyStopping.metric')} ${earlyStopping?.metric} is none of the task ${task?.type}; it has ${listed(metricsOf(task ?? { type: 'generation' }))}.`,
  },
  {
    at: 'preference',
    breaks: ({ preference, task }) =>
      preference !== undefined && task !== undefined && task.type !== 'preference',
    message: (name, { task }) =>
      `${name('preference')} belongs to the task preference, not to ${task?.type}.`,
  },
  {
    at: 'reinforcement',
    breaks: ({ reinforcement, preference, task }) =>
      reinforcement !== undefined &&
      (preference !== undefined || (task !== undefined && task.type !== 'generation')),
    message: (name, { task }) =>
      `${name('reinforcement')} belongs to models that write, and goes neither with ${name('preference')} nor with the task ${task?.type ?? 'preference'}.`,
  },
  {
    at: 'adaptation',
    breaks: ({ reinforcement, adaptation }) =>
      reinforcement !== undefined && isUnsampled(adaptation),
    message:
      'What samples its own answers and compares with the model that it began as cannot be random weights, prompt-tuning, a head alone, or have dropout; take lora, ia3, layers, prefix-tuning or full.',
  },
  {
    at: 'adaptation',
    breaks: ({ reinforcement, adaptation }) =>
      reinforcement !== undefined && adaptation?.type === 'lora' && adaptation.baseBits === 8,
    message:
      'A base in 8 bits is proved on the loss of held-out answers, which rows of reinforcement do not have; take 4 bits, or leave it out.',
  },
  ...(['labelSmoothing', 'embeddingNoise'] as const).map((at) => ({
    at,
    breaks: (given: { reinforcement?: object | undefined } & { [Key in typeof at]?: number }) =>
      given.reinforcement !== undefined && (given[at] ?? 0) !== 0,
    message: (name: Naming) => `${name(at)} is of answers to learn, not of rewards.`,
  })),
  {
    at: 'classWeights',
    breaks: ({ classWeights = 'none', task }) =>
      classWeights !== 'none' && task !== undefined && !haveOneClass(task),
    message: (name, { task }) =>
      `${name('classWeights')} is for one label of each text or word, not for ${task !== undefined && 'problem' in task ? task.problem : `the task ${task?.type}`}.`,
  },
  {
    at: 'classWeights',
    breaks: ({ classWeights, task }) => strangeLabel(classWeights, task) !== undefined,
    message: (name, { classWeights, task }) =>
      `${name('classWeights')} names the label ${JSON.stringify(strangeLabel(classWeights, task))}, which is none of the task's.`,
  },
  {
    at: 'sampling',
    breaks: ({ sampling = 'natural', task }) =>
      sampling !== 'natural' && task !== undefined && !haveClasses(task),
    message: (name, { task }) =>
      `${name('sampling')} goes by the labels of texts or words, which the task ${task?.type} has not.`,
  },
  {
    at: 'sharePrompts',
    breaks: ({ sharePrompts, packing = true }) => sharePrompts === true && !packing,
    message: (name) =>
      `${name('sharePrompts')} is of examples in one window, and so needs ${name('packing')}.`,
  },
  {
    at: 'sharePrompts',
    breaks: ({ sharePrompts, adaptation, embeddingNoise = 0 }) =>
      sharePrompts === true &&
      (embeddingNoise !== 0 || (adaptation?.type === 'lora' && (adaptation.dropout ?? 0) > 0)),
    message: (name) =>
      `${name('sharePrompts')} does not go with dropout or ${name('embeddingNoise')}, which are drawn anew for each row.`,
  },
  {
    at: 'sharePrompts',
    breaks: ({ sharePrompts, task }) =>
      sharePrompts === true &&
      task !== undefined &&
      task.type !== 'generation' &&
      task.type !== 'preference',
    message: (name, { task }) =>
      `${name('sharePrompts')} is for models that write; leave it out for the task ${task?.type}.`,
  },
  {
    at: 'weightDecay',
    breaks: ({ weightDecay, optimizer }) =>
      weightDecay !== undefined && optimizer?.weightDecay !== undefined,
    message: (name) =>
      `${name('weightDecay')} and ${name('optimizer.weightDecay')} set the same; give one.`,
  },
  {
    at: 'warmupSteps',
    breaks: ({ warmupRatio, warmupSteps }) =>
      warmupRatio !== undefined && warmupSteps !== undefined,
    message: (name) => `${name('warmupSteps')} and ${name('warmupRatio')} set the same; give one.`,
  },
  {
    at: 'microBatchTokens',
    breaks: ({ memoryLimit, microBatchTokens }) =>
      memoryLimit !== undefined && memoryLimit !== null && microBatchTokens !== undefined,
    message: (name) =>
      `${name('memoryLimit')} decides how large passes are; give it or ${name('microBatchTokens')}.`,
  },
  {
    at: 'minimumRate',
    breaks: ({ minimumRate, schedule }) =>
      minimumRate !== undefined && schedule !== 'cosine' && schedule !== 'wsd',
    message: (name, { schedule = 'linear' }) =>
      `${name('minimumRate')} goes with the schedules cosine and wsd, not with ${schedule}.`,
  },
  {
    at: 'decayRatio',
    breaks: ({ decayRatio, schedule }) => decayRatio !== undefined && schedule !== 'wsd',
    message: (name, { schedule = 'linear' }) =>
      `${name('decayRatio')} goes with the schedule wsd, not with ${schedule}.`,
  },
);

/** Adaptations that no policy can have. */
function isUnsampled(adaptation: z.input<typeof adaptationSchema> | undefined): boolean {
  if (adaptation?.type === 'full') return adaptation.initial === 'random';
  if (adaptation?.type === 'lora') return (adaptation.dropout ?? 0) > 0;
  return adaptation?.type === 'prompt-tuning' || adaptation?.type === 'head';
}

/** The first label with a weight that the task has not, once its labels are known. */
function strangeLabel(
  weights: ClassWeights | undefined,
  task: z.input<typeof taskSchema> | undefined,
): string | undefined {
  const labels = task !== undefined && 'labels' in task ? task.labels : undefined;
  if (labels === undefined || !Array.isArray(weights)) return undefined;
  return weights.find(({ label }) => !labels.includes(label))?.label;
}

/** What a user may write: every setting may be left out. */
export type RecipeInput = z.input<typeof recipeSchema>;

/** How to train, with every default filled in. */
export type Recipe = Omit<z.output<typeof recipeSchema>, 'learningRate' | 'weightDecay'> & {
  readonly learningRate: number;
};

/**
 * Fills in the defaults. Throws RangeError naming each setting at fault; unknown settings and those that contradict
 * each other are faults.
 * @example const { epochs, schedule } = resolveRecipe({ epochs: 2, schedule: 'cosine' });
 */
export function resolveRecipe(input: RecipeInput = {}): Recipe {
  const { learningRate, weightDecay, ...settings } = checked(input);
  const { adaptation, optimizer } = settings;
  return {
    ...settings,
    learningRate: learningRate ?? defaultLearningRates[adaptation.type],
    adaptation:
      adaptation.type === 'prompt-tuning'
        ? { ...adaptation, initial: adaptation.initial ?? startOf(adaptation) }
        : adaptation,
    optimizer: weightDecay === undefined ? optimizer : { ...optimizer, weightDecay },
  };
}

/** Throws as `resolveRecipe` does, and leaves the defaults open. */
export function checkRecipe(input: unknown): RecipeInput {
  checked(input);
  return input as RecipeInput;
}

function checked(input: unknown): z.output<typeof recipeSchema> {
  const parsed = recipeSchema.safeParse(input);
  const faults = parsed.success ? contradictions(recipeSchema, input) : parsed.error.issues;
  if (parsed.success && faults.length === 0) return parsed.data;
  const texts = faults.map(
    ({ path, message }) => `${path.join('.') || 'settings'}: ${message.replace(/\.$/, '')}`,
  );
  throw new RangeError(`the training settings are wrong: ${texts.join('; ')}`);
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

function startOf({ text, initialTokens }: { text?: unknown; initialTokens?: unknown }) {
  return text === undefined && initialTokens === undefined ? 'vocabulary' : 'text';
}
