import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RecipeInput } from '@lathe/recipe/recipe';
import { type BenchCase, benchCases } from '../engine/cases.ts';
import { makeModel } from '../engine/make-model.ts';

/** A run whose memory is estimated and measured. */
export type MemoryCase = Pick<BenchCase, 'task' | 'batch' | 'tokens' | 'steps'> & {
  readonly name: string;
  readonly title: string;
  readonly vocabulary: number;
  readonly settings: RecipeInput;
  /** Evaluate after the steps. */
  readonly evaluates?: true;
  /** Folder of the model, or what to make it from with random weights. */
  readonly model: string | BenchCase;
};

const root = fileURLToPath(new URL('../..', import.meta.url));
const lora = { type: 'lora', rank: 16, alpha: 32 } as const;
const tiny = {
  model: join(root, 'models', 'lathe-tiny'),
  vocabulary: 2048,
  task: 'causal-lm',
  batch: 8,
  tokens: 256,
  steps: 6,
} as const;

const plain: readonly MemoryCase[] = [
  {
    ...tiny,
    name: 'lathe-tiny-lora',
    title: 'lathe-tiny, LoRA rank 16, 8 × 256 tokens',
    settings: { adaptation: lora },
  },
  {
    ...tiny,
    name: 'lathe-tiny-full',
    title: 'lathe-tiny, full, 8 × 256 tokens',
    settings: { adaptation: { type: 'full' } },
  },
  {
    ...tiny,
    name: 'lathe-tiny-long',
    title: 'lathe-tiny, LoRA rank 16, 8 × 512 tokens',
    tokens: 512,
    steps: 2,
    // By the same products as its recomputed twin, which packs nothing by itself: their losses have the same bits.
    settings: { adaptation: lora, packWeights: false },
  },
  ...benchCases.map(
    (model): MemoryCase => ({
      name: model.name,
      model,
      title: `${model.title}, ${model.batch} × ${model.tokens} tokens`,
      vocabulary: Number(model.config.vocab_size),
      task: model.task,
      batch: model.batch,
      tokens: model.tokens,
      steps: 4,
      settings: { adaptation: model.method === 'full' ? { type: 'full' } : lora },
    }),
  ),
];

/** Weights as most models publish them, which are made float32 for products once. */
const halves = benchCases
  .filter(({ name }) => name === 'smollm2-135m-lora')
  .map((entry): MemoryCase => {
    const name = `${entry.name}-bfloat16`;
    return {
      ...{ name, task: entry.task, batch: entry.batch, tokens: entry.tokens, steps: 4 },
      model: { ...entry, name, stored: 'BF16' },
      title: `${entry.title}, stored in bfloat16, ${entry.batch} × ${entry.tokens} tokens`,
      vocabulary: Number(entry.config.vocab_size),
      settings: { adaptation: lora },
    };
  });

const quantized = ([4, 8] as const).flatMap((baseBits) =>
  plain
    .filter(({ name }) => name === 'smollm2-135m-lora' || name === 'qwen2.5-0.5b-lora')
    .map(
      (entry): MemoryCase => ({
        ...entry,
        name: `${entry.name}-${baseBits}bit`,
        title: `${entry.title}, ${baseBits}-bit base`,
        settings: { adaptation: { ...lora, baseBits } },
      }),
    ),
);

/** The last fifth of the blocks, in two epochs of which the second runs no others. */
const lastBlocks = plain
  .filter(({ name }) => /^(?:lathe-tiny-full|smollm2-135m-full)$/.test(name))
  .map((entry): MemoryCase => {
    const last = entry.name.startsWith('lathe') ? 1 : 6;
    return {
      ...entry,
      name: entry.name.replace('full', 'last'),
      title: entry.title.replace('full', `last blocks (${last})`),
      settings: { adaptation: { type: 'layers', last }, epochs: 2 },
    };
  });

/** Steps of several micro-batches, with an evaluation at the end. */
const accumulated = plain
  .filter(({ name }) => /^(?:lathe-tiny-full|llama-256|smollm2-135m-full)$/.test(name))
  .map(
    (entry): MemoryCase => ({
      ...entry,
      name: `${entry.name}-accumulated`,
      title: `${entry.title} in two passes, and evaluated`,
      settings: { ...entry.settings, microBatchTokens: (entry.batch * entry.tokens) / 2 },
      evaluates: true,
    }),
  );

export const memoryCases: readonly MemoryCase[] = [
  ...plain,
  ...accumulated,
  ...lastBlocks,
  ...halves,
  ...quantized,
  ...plain.map(
    (entry): MemoryCase => ({
      ...entry,
      name: `${entry.name}-recompute`,
      title: `${entry.title}, recomputed`,
      settings: { ...entry.settings, recomputeActivations: true },
    }),
  ),
];

/** The case of a name. Throws RangeError when there is none. */
export function memoryCase(name: string | undefined): MemoryCase {
  const found = memoryCases.find((entry) => entry.name === name);
  if (found !== undefined) return found;
  throw new RangeError(`no case "${name}"; there are ${memoryCases.map((c) => c.name).join(', ')}`);
}

/** The folder of a case's model; made under .tools when it is one of random weights. */
export function modelFolder({ model }: MemoryCase): Promise<string> | string {
  return typeof model === 'string' ? model : makeModel(join(root, '.tools', 'bench-models'), model);
}
