import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RecipeInput, resolveRecipe } from '@lathe/recipe/recipe';
import { readSafetensors, readTensor } from '../formats/safetensors.ts';
import { child, fillNormal, rootSeed } from '../nn/seed.ts';
import type { TrainerOptions } from '../train/trainer.ts';
import { createModelState } from '../trained/model-state.ts';
import { type Family, type FamilyTasks, familyTasks, type Task } from './family-tasks.ts';
import { relativeDistance, startingGradients } from './parity.ts';

type Method = NonNullable<RecipeInput['adaptation']>;
type Named = {
  readonly name: string;
  readonly settings: Method;
  readonly learningRate: number;
  readonly initial?: 'random';
};

/** A run that bench/reference/runs.py has recorded, or will. */
export type RecordedRun = {
  readonly name: string;
  readonly family: Family;
  readonly method: string;
  readonly objective: string;
  readonly run: TrainerOptions<object>;
};

/** What Python computed of a run. */
export type RunRecording = {
  /** Mean loss of all examples at the start. */
  readonly loss: number;
  readonly curve: readonly { readonly loss: number; readonly gradientNorm: number }[];
  /** Of each trained tensor in turn: the norm of its gradient, then at most `keptElements` of its elements. */
  readonly sketches: Float32Array;
};

/** At most so many elements of each gradient are recorded, evenly spaced. */
const keptElements = 12;
export const recordedTraining = {
  batchSize: 4,
  epochs: 10,
  warmupSteps: 2,
  weightDecay: 0.01,
  maxGradientNorm: 1,
};

const rank = { rank: 4, alpha: 8 };
const full: Named = { name: 'full', settings: { type: 'full' }, learningRate: 2e-3 };
const random: Named = { ...full, name: 'full, from random weights', initial: 'random' };
const head: Named = { name: 'head', settings: { type: 'head' }, learningRate: 1e-2 };
const lora: Named = { name: 'lora', settings: { type: 'lora', ...rank }, learningRate: 1e-2 };
const everyOther: readonly Named[] = [
  { name: 'layers', settings: { type: 'layers', last: 1 }, learningRate: 2e-3 },
  { name: 'rslora', settings: { type: 'lora', ...rank, rankStabilized: true }, learningRate: 1e-2 },
  { name: 'dora', settings: { type: 'lora', ...rank, dora: true }, learningRate: 5e-3 },
  { name: 'lora-plus', settings: { type: 'lora', ...rank, rateRatioB: 4 }, learningRate: 3e-3 },
  { name: 'pissa', settings: { type: 'lora', ...rank, initial: 'pissa' }, learningRate: 2e-3 },
  { name: 'ia3', settings: { type: 'ia3' }, learningRate: 2e-2 },
  { name: 'tokens', settings: { type: 'tokens', tokens: [7, 20, 33] }, learningRate: 2e-2 },
];
/** Weights that are found by their names: those of norms. */
function named(family: Family): Named {
  const pattern =
    family === 'gpt2'
      ? '*.ln_*'
      : family === 'bert' || family === 'roberta'
        ? '*.LayerNorm.*'
        : '*norm.*';
  return { name: 'names', settings: { type: 'layers', names: [pattern] }, learningRate: 2e-3 };
}
const virtual: readonly Named[] = [
  {
    name: 'prompt-tuning',
    settings: { type: 'prompt-tuning', tokens: 5 },
    learningRate: 2e-2,
  },
  {
    name: 'prefix-tuning',
    settings: { type: 'prefix-tuning', tokens: 5 },
    learningRate: 2e-2,
  },
];

/** The recorded runs of one family: those that the other recordings do not have. */
export async function recordedRuns(family: Family): Promise<RecordedRun[]> {
  const tasks = await familyTasks(family);
  const found: RecordedRun[] = [];
  for (const task of tasks.tasks)
    for (const method of methodsOf(family, task, tasks.model.config.kind === 'decoder'))
      found.push({
        name: `${family} · ${method.name} · ${task.name}`,
        family,
        method: method.name,
        objective: task.name,
        run: await runOf(tasks, task, method),
      });
  return found;
}

function methodsOf(family: Family, { name }: Task, isDecoder: boolean): readonly Named[] {
  switch (name) {
    case 'causal-lm':
      return [named(family), ...everyOther, ...virtual];
    case 'causal-lm on raw text':
      return family === 'tied' ? [full, lora, random] : [random];
    case 'causal-lm on chat':
      return family === 'tied' ? [full, lora] : [];
    case 'masked-lm':
      return [random, head, lora];
    case 'single-label':
      return isDecoder ? [full, head, lora] : [head, lora, named(family), ...everyOther];
    case 'multi-label':
    case 'regression':
      return isDecoder ? (family === 'tied' ? [full] : []) : [head, lora];
    case 'reward':
      return family === 'tied' ? [head] : [full, lora];
    default:
      return isDecoder || name === 'embedding' ? [full, lora] : [head, lora];
  }
}

async function runOf(
  { model }: FamilyTasks,
  { objective, examples }: Task,
  { settings: method, learningRate, initial }: Named,
): Promise<TrainerOptions<object>> {
  const { batchSize, epochs, warmupSteps, weightDecay, maxGradientNorm } = recordedTraining;
  const settings = resolveRecipe({
    adaptation: method,
    batchSize,
    epochs,
    learningRate,
    maxGradientNorm,
    schedule: 'linear',
    warmupSteps,
    optimizer: { type: 'adamw', weightDecay },
    shuffle: false,
    packing: false,
    microBatchTokens: 8192,
  });
  const run = { model, objective, examples, settings, initial };
  return { ...run, adapter: await moved(run) };
}

/**
 * Where the tensors of a method start in these runs: a little off their usual start, which for many is a place where
 * the adapter does nothing and half of the gradients are 0. PiSSA starts where it does.
 */
async function moved(run: TrainerOptions<object>): Promise<TrainerOptions<object>['adapter']> {
  const { state, adaptation } = await createModelState(run);
  if (adaptation.added.length === 0 || adaptation.fixed.length > 0) return undefined;
  const tensors = adaptation.added.map(({ name, shape }) => {
    const data = state.tensors.get(name) as Float32Array;
    const noise = fillNormal(new Float32Array(data.length), child(rootSeed(3), 'moved', name), 0.1);
    return [name, { shape, data: data.map((value, at) => value + (noise[at] as number)) }] as const;
  });
  return { tensors: new Map(tensors) };
}

/** Room for all examples of any recorded run. */
const shape = { rows: 8, tokens: 64, targets: 96, examples: 8 };

/** How far the start of a run is from its recording: the loss, and of the worst tensor the gradient's sketch. */
export async function startDistances(
  run: TrainerOptions<object>,
  recording: RunRecording,
): Promise<{ readonly loss: number; readonly gradients: number }> {
  const found = await startingGradients(run, shape);
  let worst = 0;
  let at = 0;
  for (const gradient of found.gradients.values()) {
    const own = sketch(gradient);
    const wanted = recording.sketches.subarray(at, at + own.length);
    worst = Math.max(worst, relativeDistance(own, wanted));
    at += own.length;
  }
  if (at !== recording.sketches.length)
    throw new Error(`${recording.sketches.length} numbers were recorded of gradients, not ${at}`);
  return { loss: Math.abs(found.loss / recording.loss - 1), gradients: worst };
}

/** The norm of a gradient and some of its elements, as runs.py records them. */
function sketch(gradient: Float32Array): number[] {
  const every = Math.ceil(gradient.length / keptElements);
  const norm = Math.sqrt(gradient.reduce((sum, value) => sum + value * value, 0));
  return [norm, ...gradient.filter((_, at) => at % every === 0)];
}

const fixtures = join(import.meta.dirname, 'fixtures/runs');
export const recordedRunsFile = join(fixtures, 'recorded-runs');

/** What was recorded, by the names of the runs. */
export async function readRecordedRuns(): Promise<ReadonlyMap<string, RunRecording>> {
  const recorded = JSON.parse(await readFile(`${recordedRunsFile}.json`, 'utf8')) as Record<
    string,
    { readonly loss: number; readonly curve: readonly (readonly [number, number])[] }
  >;
  const { tensors } = await readSafetensors(`${recordedRunsFile}.safetensors`);
  const found = new Map<string, RunRecording>();
  for (const [name, entry] of tensors) {
    const { loss, curve } = recorded[name] ?? { loss: Number.NaN, curve: [] };
    found.set(name, {
      loss,
      curve: curve.map(([own, gradientNorm]) => ({ loss: own, gradientNorm })),
      sketches: await readTensor(entry),
    });
  }
  return found;
}
