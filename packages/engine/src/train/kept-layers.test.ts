import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RecipeInput, resolveRecipe } from '@lathe/recipe/recipe';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { objectiveFor } from '../objectives/objective-for.ts';
import { openTaskCase, taskCases } from '../parity/task-rows.fixture.ts';
import { cpuDevice } from '../runtime/cpu.ts';
import type { Device } from '../runtime/device.ts';
import { createTrainer } from './trainer.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lathe-layers-'));
});
afterAll(() => rm(folder, { recursive: true }));

const epochs = 3;
const nowhere = { keptStateBytes: 0, keptDiskBytes: 0 };
const inMemory = { keptStateBytes: 2 ** 20, keptDiskBytes: 0 };
/** Room in memory for one of the rows or two. */
const onBoth = { keptStateBytes: 2 ** 12, keptDiskBytes: 2 ** 20 };

/** The CPU, with an account of how often the lower blocks ran. */
function observed(): { readonly device: Device; readonly runs: { below: number } } {
  const runs = { below: 0 };
  const cpu = cpuDevice();
  return {
    runs,
    device: {
      ...cpu,
      async compile(graph, options) {
        const program = await cpu.compile(graph, options);
        if (!('states' in graph.outputs)) return program;
        return {
          ...{ inputs: program.inputs, outputs: program.outputs },
          dispose: () => program.dispose(),
          run(feeds, fetches) {
            runs.below++;
            return program.run(feeds, fetches);
          },
        };
      },
    },
  };
}

/** Losses and norms of every step, the last weights, and how often the lower blocks ran; stopped and taken up where asked. */
async function train(name: string, input: RecipeInput, stop = 0) {
  const one = taskCases.find((each) => each.name === name) ?? expect.fail(name);
  const { model, rows } = await openTaskCase(one, join(folder, 'model'));
  const settings = resolveRecipe({
    ...{ task: one.task, batchSize: 3, learningRate: 1e-2, epochs },
    ...input,
  });
  return objectiveFor(settings, { model, rows }, async (objective, examplesOf) => {
    const { device, runs } = observed();
    const scratchFolder = await mkdtemp(join(folder, 'scratch-'));
    const run = { model, objective, settings, device, scratchFolder, examples: examplesOf(rows) };
    let trainer = await createTrainer(run);
    const points: number[] = [];
    const state = await mkdtemp(join(folder, 'state-'));
    while (trainer.step < trainer.totalSteps) {
      const { loss, gradientNorm } = await trainer.trainStep();
      points.push(loss, gradientNorm);
      // Nothing has a name that a killed process would leave.
      expect(await readdir(scratchFolder)).toEqual([]);
      if (trainer.step !== stop) continue;
      await trainer.saveState(join(state, 'stopped'));
      await trainer.dispose();
      trainer = await createTrainer(run);
      await trainer.restoreState(join(state, 'stopped'));
    }
    await trainer.saveState(join(state, 'last'));
    points.push((await trainer.evaluate(run.examples)).loss);
    await trainer.dispose();
    const weights = await readFile(join(state, 'last', 'training-state.safetensors'));
    const steps = trainer.totalSteps / epochs;
    return { points, weights, below: runs.below, steps };
  });
}

const last: RecipeInput = { adaptation: { type: 'layers', last: 1 } };
const upper = (more: object = {}): RecipeInput => ({
  adaptation: { type: 'lora', rank: 2, layers: [1], ...more },
});

it.each<[string, RecipeInput]>([
  ['generation', last],
  ['generation', upper({ dropout: 0.2 })],
  ['generation', upper({ baseBits: 4 })],
  ['generation', { ...last, recomputeActivations: true, microBatchTokens: 16 }],
  ['preference', last],
  ['classification', last],
  ['classification of a decoder', upper()],
])('%s %j: lower blocks run once, and what is learned is the same', async (name, input) => {
  const plain = await train(name, { ...input, ...nowhere });
  expect(plain.below).toBe(0);
  const kept = await train(name, { ...input, ...inMemory });
  expect(kept.below).toBeGreaterThan(0);
  // As many passes as one epoch has: the second computes nothing.
  const first = await train(name, { ...input, ...inMemory, epochs: 2 });
  expect(kept.below).toBe(first.below);
  // In the first epoch every row lies where it lies anyway.
  const points = 2 * kept.steps;
  expect(kept.points.slice(0, points)).toEqual(plain.points.slice(0, points));
  for (const [at, value] of plain.points.entries())
    expect(Math.abs((kept.points[at] ?? Number.NaN) / value - 1)).toBeLessThan(1e-6);
  const onDisk = await train(name, { ...input, keptStateBytes: 0, keptDiskBytes: 2 ** 20 });
  const resumed = await train(name, { ...input, ...onBoth }, kept.steps + 1);
  for (const other of [onDisk, resumed]) {
    expect(other.points).toEqual(kept.points);
    expect(other.weights.equals(kept.weights)).toBe(true);
  }
  // What is needed again is computed again, in the passes of the first epoch.
  expect(resumed.below).toBeGreaterThan(kept.below);
});

it.each<[string, string, RecipeInput]>([
  ['too much to keep', 'generation', { ...last, keptStateBytes: 100, keptDiskBytes: 100 }],
  ['one epoch', 'generation', { ...last, epochs: 1 }],
  ['noise on what goes in', 'generation', { ...last, embeddingNoise: 5 }],
  ['other tokens in every epoch', 'masked-lm', last],
  ['adapters in the lowest block', 'generation', { adaptation: { type: 'lora', rank: 2 } }],
  ['every weight', 'generation', { adaptation: { type: 'full' } }],
  ['a limit of memory', 'generation', { ...last, memoryLimit: 2 ** 30 }],
])('%s: the whole model runs in every step', async (_, name, input) => {
  expect((await train(name, { ...inMemory, ...input })).below).toBe(0);
});
