/** Ten whole steps of trl's trainers on lathe-tiny, told again answer by answer (bench/reference/policy_runs.py says how). */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RecipeInput, resolveRecipe } from '@lathe/recipe/recipe';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { describe, expect, it } from 'vitest';
import { openModelFolder } from '../families/model-folder.ts';
import { readTrainingState } from '../formats/training-state.ts';
import { readPeftAdapter } from '../peft/peft.ts';
import { createPolicyTrainer, type PolicyTrainer } from './policy-trainer.ts';

type RecordedStep = {
  readonly completions: readonly (readonly number[])[];
  readonly rewards: readonly number[];
  readonly loss: number;
  readonly gradientNorm: number;
};

type RecordedRuns = {
  readonly group: number;
  readonly promptsPerStep: number;
  readonly training: {
    readonly learning_rate: number;
    readonly weight_decay: number;
    readonly adam_epsilon: number;
    readonly max_grad_norm: number;
    readonly warmup_steps: number;
    readonly schedule: 'linear';
  };
  readonly prompts: readonly (readonly number[])[];
  readonly cases: readonly {
    readonly loss: 'dapo' | 'grpo' | 'dr_grpo' | 'rloo';
    readonly adaptation: 'full' | 'lora';
    readonly settings: { readonly beta?: number };
    readonly steps: readonly RecordedStep[];
    /** ‖what learns after − what learns before‖ */
    readonly way: number;
  }[];
};

const root = join(import.meta.dirname, '../../../..');
const fixtures = join(import.meta.dirname, '../parity/fixtures/policies');
const recorded = JSON.parse(await readFile(join(fixtures, 'runs.json'), 'utf8')) as RecordedRuns;
const { training, group, promptsPerStep } = recorded;
const model = await openModelFolder(join(root, 'models/lathe-tiny'));
/** An adapter of peft as something to go on from: neither A nor B is zero. */
const adapter = await readPeftAdapter(join(fixtures, 'start'));
const tolerance = 1e-4;

describe.each(recorded.cases)('ten steps of $loss, $adaptation', (recordedCase) => {
  it("have TRL's losses and gradient norms, and go as far", async () => {
    const { loss, adaptation, settings, steps, way } = recordedCase;
    const { rank, alpha, targets } = adapter;
    const recipe: RecipeInput = {
      adaptation: adaptation === 'full' ? { type: 'full' } : { type: 'lora', rank, alpha, targets },
      ...{ batchSize: promptsPerStep, epochs: 5, shuffle: false, microBatchTokens: 256 },
      ...{ schedule: training.schedule, warmupSteps: training.warmup_steps },
      ...{ learningRate: training.learning_rate, maxGradientNorm: training.max_grad_norm },
      optimizer: {
        type: 'adamw',
        epsilon: training.adam_epsilon,
        weightDecay: training.weight_decay,
      },
      reinforcement: { loss, groupSize: group, maxCompletionTokens: 12, ...settings },
    };
    await using folder = await tempFolder();
    const trainer = await createPolicyTrainer({
      ...{ model, settings: resolveRecipe(recipe), folder: folder.path },
      adapter: adaptation === 'full' ? undefined : adapter,
      prompts: recorded.prompts.map((tokens) => Int32Array.from(tokens)),
      sampler: {
        sample: async () =>
          (steps[trainer.step] as RecordedStep).completions.map((tokens) => ({
            completion: Int32Array.from(tokens),
            ...{ text: '', isTruncated: false, surprise: 0 },
          })),
        dispose: async () => undefined,
      },
      grade: async () => (steps[trainer.step] as RecordedStep).rewards,
    });
    const start = await weightsOf(trainer, join(folder.path, 'start'));
    expect(trainer.totalSteps).toBe(steps.length);
    for (const [at, wanted] of steps.entries()) {
      const { metrics } = await trainer.trainStep();
      expect(metrics.figures.ratio).toBe(1);
      expect(Math.abs(metrics.loss - wanted.loss), `loss ${at}`).toBeLessThan(tolerance);
      const apart = Math.abs(metrics.gradientNorm / wanted.gradientNorm - 1);
      expect(apart, `gradient norm ${at}`).toBeLessThan(tolerance);
    }
    const end = await weightsOf(trainer, join(folder.path, 'end'));
    await trainer.dispose();
    expect(Math.abs(distance(start, end) / way - 1), 'way').toBeLessThan(tolerance);
  });
});

/** All trained weights, in float32, as the state of the run has them. */
async function weightsOf(trainer: PolicyTrainer, folder: string): Promise<Float32Array[]> {
  await trainer.saveState(folder);
  const { tensors } = await readTrainingState(folder);
  return [...tensors].flatMap(([name, { data }]) => (name.startsWith('weights.') ? [data] : []));
}

function distance(from: readonly Float32Array[], to: readonly Float32Array[]): number {
  let sum = 0;
  for (const [at, start] of from.entries())
    for (const [index, value] of start.entries())
      sum += (((to[at] as Float32Array)[index] as number) - value) ** 2;
  return Math.sqrt(sum);
}
