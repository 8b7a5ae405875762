import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RecipeInput, resolveRecipe } from '@lathe/recipe/recipe';
import { readSafetensors, readTensor, type TensorEntry } from '../formats/safetensors.ts';
import { causalLm } from '../objectives/causal-lm.ts';
import { readReference } from './reference.ts';

type Case = {
  readonly settings: RecipeInput['adaptation'];
  readonly learningRate: number;
  readonly loss: number;
  readonly curve: readonly { readonly loss: number; readonly gradientNorm: number }[];
  readonly trained: readonly string[];
};

export const methodModels = ['tied', 'gpt2', 'gemma3'] as const;
export const methodCases = [
  'layers',
  'names',
  'rslora',
  'dora',
  'lora-plus',
  'pissa',
  'ia3',
  'prompt-tuning',
  'prefix-tuning',
  'tokens',
] as const;

/** What bench/reference/methods.py recorded of one method on one model. For tests and the parity table. */
export async function recordedMethod(
  name: (typeof methodModels)[number],
  kind: (typeof methodCases)[number],
) {
  const folder = join(import.meta.dirname, 'fixtures/methods');
  const { training, cases: all } = JSON.parse(
    await readFile(join(folder, `${name}.json`), 'utf8'),
  ) as { training: Record<string, number>; cases: Record<string, Case> };
  const { tensors } = await readSafetensors(join(folder, `${name}.safetensors`));
  const part = (prefix: string): Map<string, TensorEntry> =>
    new Map(
      [...tensors].flatMap(([key, entry]) =>
        key.startsWith(prefix) ? [[key.slice(prefix.length), entry] as const] : [],
      ),
    );
  const found = all[kind];
  if (found === undefined) throw new Error(`nothing was recorded of ${kind}`);
  const start = new Map<string, { shape: readonly number[]; data: Float32Array }>();
  for (const [key, entry] of part(`${kind}.start.`))
    start.set(key, { shape: entry.shape, data: await readTensor(entry) });
  const { model, examples } = await readReference(name);
  return {
    recording: { loss: found.loss, gradients: part(`${kind}.gradient.`), curve: found.curve },
    trained: found.trained,
    run: {
      model,
      examples,
      objective: causalLm,
      adapter: start.size === 0 ? undefined : { tensors: start },
      settings: resolveRecipe({
        adaptation: found.settings,
        epochs: training.epochs,
        batchSize: training.batchSize,
        learningRate: found.learningRate,
        schedule: 'linear',
        warmupSteps: training.warmupSteps,
        optimizer: { type: 'adamw', weightDecay: training.weightDecay },
        maxGradientNorm: training.maxGradientNorm,
        shuffle: false,
      }),
    },
  };
}
