import { type RecipeInput, resolveRecipe } from '@lathe/recipe/recipe';
import type { EncodedText } from '../objectives/encoder-example.ts';
import type { TrainerOptions } from '../train/trainer.ts';
import { families, familyTasks, type Task } from './family-tasks.ts';

/** One run to be exported and read by transformers and peft. */
export type ExportCase = {
  readonly family: string;
  readonly method: string;
  readonly objective: string;
  readonly run: TrainerOptions<object>;
  /** Texts to be scored by both. */
  readonly texts: readonly EncodedText[];
};

type Named = readonly [name: string, settings: NonNullable<RecipeInput['adaptation']>];

const rank = { rank: 4, alpha: 8 };
const full: Named = ['full', { type: 'full' }];
const lora: Named = ['LoRA', { type: 'lora', ...rank }];
const head: Named = ['head', { type: 'head' }];
const dora: Named = ['DoRA', { type: 'lora', ...rank, dora: true }];
const ia3: Named = ['IA3', { type: 'ia3' }];
const lastLayer: Named = ['last layer', { type: 'layers', last: 1 }];
const tokens: Named = ['embeddings of tokens', { type: 'tokens', tokens: [7, 20, 33] }];
const prompt: Named = ['prompt tuning', { type: 'prompt-tuning', tokens: 5 }];
const prefix: Named = ['prefix tuning', { type: 'prefix-tuning', tokens: 5 }];

const languageMethods: readonly Named[] = [
  full,
  lastLayer,
  lora,
  ['rsLoRA', { type: 'lora', ...rank, rankStabilized: true }],
  dora,
  ['LoRA+', { type: 'lora', ...rank, rateRatioB: 4 }],
  ['PiSSA', { type: 'lora', ...rank, initial: 'pissa' }],
  ia3,
  prompt,
  prefix,
  tokens,
];
const headMethods = [full, head, lastLayer, lora, dora, ia3, tokens] as const;

/** Every family with every task that it has, and every method; a few where the task changes little. */
export async function exportCases(only?: string): Promise<ExportCase[]> {
  const found: ExportCase[] = [];
  for (const family of families) {
    if (only !== undefined && only !== family) continue;
    const { model, texts, tasks } = await familyTasks(family);
    for (const task of tasks)
      for (const [method, settings] of methodsOf(task, model.config.kind === 'decoder'))
        found.push({
          family,
          method,
          objective: task.name,
          texts: texts.slice(0, 3),
          run: {
            model,
            objective: task.objective,
            examples: task.examples,
            settings: resolveRecipe({
              adaptation: settings,
              batchSize: 4,
              epochs: 4,
              learningRate: 1e-2,
              schedule: 'constant',
              microBatchTokens: 8192,
              packing: false,
            }),
          },
        });
  }
  return found;
}

function methodsOf({ name }: Task, isDecoder: boolean): readonly Named[] {
  switch (name) {
    case 'causal-lm':
      return languageMethods;
    // They differ from the above in their data only.
    case 'causal-lm on raw text':
    case 'causal-lm on chat':
      return [];
    case 'single-label':
      return isDecoder ? [...headMethods, prompt, prefix] : headMethods;
    case 'embedding':
      return [full, lora];
    default:
      return [full, head, lora];
  }
}
