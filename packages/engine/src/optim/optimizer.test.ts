import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { optimizerSchema } from '@lathe/recipe/optimizer';
import { resolveRecipe } from '@lathe/recipe/recipe';
import { describe, expect, it } from 'vitest';
import type { Tensor } from '../graph/tensor.ts';
import { cpuDevice } from '../runtime/cpu.ts';
import { updateGraph } from '../step/graphs.ts';
import { createOptimizer } from './create-optimizer.ts';
import { allocateState, planGroups } from './flat-state.ts';
import { sumOfSquares } from './host-step.ts';
import { scheduleFactor } from './schedule.ts';

type Trajectory = {
  readonly settings: Record<string, unknown>;
  readonly start: readonly (readonly number[])[];
  /** By step, then by parameter. */
  readonly gradients: readonly (readonly (readonly number[])[])[];
  readonly weights: readonly (readonly (readonly number[])[])[];
};

/** What bench/reference/optimizers.py recorded. */
const recorded = JSON.parse(
  await readFile(join(import.meta.dirname, 'fixtures', 'recorded.json'), 'utf8'),
) as {
  readonly learningRate: number;
  readonly clip: number;
  readonly optimizers: Readonly<Record<string, Trajectory>>;
  readonly schedules: Readonly<Record<string, readonly number[]>>;
};

const parameters = [
  { name: 'matrix', shape: [3, 4], decays: true },
  { name: 'vector', shape: [3], decays: true },
];

const vector = (data: Float32Array): Tensor => ({ data, shape: [data.length], dtype: 'float32' });
const scalar = (value: number): Tensor => ({
  data: Float32Array.of(value),
  shape: [],
  dtype: 'float32',
});

/** Runs the recorded gradients, as sums over `weight` targets, through the update graph. */
async function weightsAfterEachStep(
  { settings, start, gradients }: Trajectory,
  { groupElements, rate = 1 }: { readonly groupElements: number; readonly rate?: number },
): Promise<number[][]> {
  const weight = 4;
  const optimizer = createOptimizer(optimizerSchema.parse(settings));
  const rated = parameters.map((parameter) => ({ ...parameter, rate }));
  const state = allocateState(planGroups(rated, groupElements), optimizer);
  for (const [at, { name }] of parameters.entries())
    state.tensors.get(name)?.set(start[at] as number[]);
  const rule = { optimizer, maxGradientNorm: recorded.clip };
  const program = await cpuDevice({ threads: 1 }).compile(updateGraph(state.groups, rule));
  const after: number[][] = [];
  for (const [step, byParameter] of gradients.entries()) {
    const feeds: Record<string, Tensor> = { gradient_scale: scalar(1 / weight) };
    const scalars = optimizer.scalars(recorded.learningRate / rate, step + 1);
    for (const [name, value] of Object.entries(scalars)) feeds[name] = scalar(value);
    for (const group of state.groups) {
      const sums = group.members.flatMap(({ name }) =>
        (byParameter[parameters.findIndex((p) => p.name === name)] as number[]).map(
          (x) => x * weight,
        ),
      );
      feeds[`gradient.${group.name}`] = vector(Float32Array.from(sums));
      for (const [kind, data] of Object.entries(state.buffers.get(group.name) ?? {}))
        feeds[`${kind}.${group.name}`] = vector(data);
    }
    const answers = await program.run(feeds);
    for (const [group, buffers] of state.buffers)
      for (const [kind, data] of Object.entries(buffers))
        data.set(answers[`next.${kind}.${group}`]?.data as Float32Array);
    after.push(parameters.flatMap(({ name }) => [...(state.tensors.get(name) ?? [])]));
  }
  await program.dispose();
  return after;
}

describe.each(Object.entries(recorded.optimizers))('the optimizer %s', (name, trajectory) => {
  it.each([1, 100])('moves weights as PyTorch does (groups of %i)', async (groupElements) => {
    const found = await weightsAfterEachStep(trajectory, { groupElements });
    for (const [step, weights] of found.entries())
      for (const [at, value] of (trajectory.weights[step] ?? []).flat().entries())
        expect(weights[at], `step ${step}`).toBeCloseTo(value, 5);
  });

  it.each([1, 100])('moves them so on the host too (groups of %i)', (groupElements) => {
    const optimizer = createOptimizer(optimizerSchema.parse(trajectory.settings));
    const state = allocateState(planGroups(parameters, groupElements), optimizer);
    const start = new Map(
      parameters.map((parameter, at) => [parameter.name, trajectory.start[at]]),
    );
    for (const [key, weights] of start) state.tensors.get(key)?.set(weights as number[]);
    for (const [step, gradients] of trajectory.gradients.entries()) {
      const flat = gradients.map((gradient) => Float32Array.from(gradient));
      const norm = Math.sqrt(flat.reduce((sum, gradient) => sum + sumOfSquares(gradient), 0));
      const factor = Math.min(1, recorded.clip / (norm + 1e-6));
      const scalars = optimizer.scalars(recorded.learningRate, step + 1);
      for (const group of state.groups)
        for (const [index, { name: key, shape, offset }] of group.members.entries()) {
          const { weights, ...others } = state.buffers.get(group.name) as { weights: Float32Array };
          const size = shape.reduce((product, side) => product * side, 1);
          optimizer.updateOnHost({
            group,
            shape,
            weights: weights.subarray(offset, offset + size),
            buffers: Object.fromEntries(
              Object.entries(others as Record<string, Float32Array>).map(([kind, buffer]) => [
                kind,
                optimizer.slice(kind, buffer, { group, index }),
              ]),
            ),
            gradient: flat[
              parameters.findIndex((parameter) => parameter.name === key)
            ] as Float32Array,
            factor,
            scalars,
          });
        }
      const found = parameters.flatMap((parameter) => [
        ...(state.tensors.get(parameter.name) ?? []),
      ]);
      for (const [at, value] of (trajectory.weights[step] ?? []).flat().entries())
        expect(found[at], `step ${step}`).toBeCloseTo(value, 5);
    }
  });

  // Coupled and decoupled decay follow the group's own rate too.
  it('multiplies the learning rate of a group by its own factor', async () => {
    const found = await weightsAfterEachStep(trajectory, { groupElements: 100, rate: 4 });
    const wanted = trajectory.weights.at(-1)?.flat() ?? [];
    for (const [at, value] of (found.at(-1) ?? []).entries())
      expect(value, name).toBeCloseTo(wanted[at] as number, 5);
  });
});

describe('schedules', () => {
  const warmup = { warmupSteps: 3 };
  it.each([
    ['constant', { schedule: 'constant', ...warmup }],
    ['linear', { schedule: 'linear', ...warmup }],
    ['cosine', { schedule: 'cosine', ...warmup }],
    ['cosineWithMinimum', { schedule: 'cosine', minimumRate: 0.1, ...warmup }],
    ['wsd', { schedule: 'wsd', minimumRate: 0.1, decayRatio: 0.25, ...warmup }],
  ] as const)('%s is as in transformers', (name, given) => {
    const settings = resolveRecipe(given);
    const found = Array.from({ length: 20 }, (_, step) => scheduleFactor(settings, step, 20));
    for (const [step, factor] of (recorded.schedules[name] ?? []).entries())
      expect(found[step], `step ${step}`).toBeCloseTo(factor, 10);
  });
});
