import { type RecipeInput, resolveRecipe } from '@lathe/recipe/recipe';
import { describe, expect, it } from 'vitest';
import { gradients } from '../autodiff.ts';
import type { Value } from '../graph/value.ts';
import { executionOrder } from '../memory/memory-order.ts';
import { causalLm } from '../objectives/causal-lm.ts';
import { lowerGraph } from '../onnx/lower.ts';
import { readEncoderReference } from '../parity/encoder-reference.ts';
import { encoderRun } from '../parity/recorded-encoder-tasks.ts';
import { readReference, referenceModels } from '../parity/reference.ts';
import { adaptedForward } from '../trained/adapted-forward.ts';
import { planModel, weightValues } from '../trained/model-state.ts';
import { createTrainer, type TrainerOptions } from './trainer.ts';

const steps = 3;

/** Losses, gradient norms and final weights of a few steps. */
async function trained<Example>(options: TrainerOptions<Example>) {
  const trainer = await createTrainer(options);
  const metrics = [];
  while (trainer.step < Math.min(steps, trainer.totalSteps)) {
    const { loss, gradientNorm } = await trainer.trainStep();
    metrics.push({ loss, gradientNorm });
  }
  await trainer.dispose();
  return metrics;
}

describe.each(referenceModels)('recomputation in "%s"', (name) => {
  const methods: readonly RecipeInput['adaptation'][] = [
    { type: 'full' },
    { type: 'lora', rank: 4, dropout: 0.2 },
  ];
  it.each(methods)('changes no bit of what training computes', async (method) => {
    const { model, examples } = await readReference(name);
    const run = (recomputeActivations: boolean) =>
      trained({
        model,
        examples,
        objective: causalLm,
        settings: resolveRecipe({ adaptation: method, batchSize: 4, recomputeActivations }),
      });
    const recomputed = await run(true);
    expect(recomputed).toHaveLength(steps);
    expect(recomputed).toEqual(await run(false));
  });
});

describe('recomputation', () => {
  it.each(['bert', 'modernbert'] as const)('changes no bit of training %s', async (name) => {
    const reference = await readEncoderReference(name);
    const run = async (recomputeActivations: boolean) => {
      const options = await encoderRun(reference, 'single-label', 'full');
      return trained({ ...options, settings: { ...options.settings, recomputeActivations } });
    };
    expect(await run(true)).toEqual(await run(false));
  });

  it('works beside prefixes', async () => {
    const { model, examples } = await readReference('gemma3');
    const run = (recomputeActivations: boolean) =>
      trained({
        model,
        examples,
        objective: causalLm,
        settings: resolveRecipe({
          adaptation: { type: 'prefix-tuning', tokens: 3 },
          batchSize: 4,
          recomputeActivations,
        }),
      });
    expect(await run(true)).toEqual(await run(false));
  });

  it('computes the inside of each block a second time, just before its backward pass', async () => {
    const { model } = await readReference('tied');
    const order = async (recomputeActivations: boolean): Promise<Value[]> => {
      const settings = resolveRecipe({ adaptation: { type: 'full' }, recomputeActivations });
      const plan = await planModel({ model, settings });
      const weights = weightValues(model, plan);
      const shape = { rows: 1, tokens: 32, targets: 32, examples: 1 };
      const { loss } = adaptedForward(model, settings, plan)(weights, shape, {
        objective: causalLm,
        training: true,
      });
      const names = [...weights.parameters.keys()];
      const found = gradients(loss, [...weights.parameters.values()]);
      const outputs = Object.fromEntries(names.map((key, at) => [key, found[at] as Value]));
      return executionOrder(lowerGraph(outputs, { device: 'cpu' }));
    };
    const softmaxes = (nodes: readonly Value[]): number[] =>
      [...nodes.entries()]
        // Those of attention; the head has one of two axes.
        .filter(([, { op, shape }]) => op.name === 'Softmax' && shape.length === 4)
        .map(([at]) => at);
    const { layers } = model.config;
    // Of queries and keys, forward and back; the weights of attention are always computed again.
    const turned = (nodes: readonly Value[]): number =>
      nodes.filter(({ op }) => op.name === 'Rope').length;
    expect(turned(await order(false))).toBe(4 * layers);
    const again = await order(true);
    expect(turned(again)).toBe(6 * layers);
    const places = softmaxes(again);
    expect(places).toHaveLength(2 * layers);
    // The forward pass of all blocks, then block by block from the top, each well after the one above it.
    const backward = places.slice(layers).map((at) => again[at]?.id ?? 0);
    expect(backward).toEqual(backward.toSorted((a, b) => a - b));
    for (const [at, place] of places.slice(layers).entries())
      if (at > 0) expect(place - (places[layers + at - 1] ?? 0)).toBeGreaterThan(40);
  });
});
