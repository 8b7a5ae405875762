import { resolveRecipe } from '@lathe/recipe/recipe';
import { describe, expect, it } from 'vitest';
import { gradients } from '../autodiff.ts';
import { batchFeeds } from '../batch/feeds.ts';
import { packLengths } from '../batch/packing.ts';
import type { Value } from '../graph/value.ts';
import { baseLinears } from '../models/base-linear.ts';
import { decoderLogits } from '../models/decoder.ts';
import { packedDecoder } from '../models/packed-decoder.ts';
import { causalLm } from '../objectives/causal-lm.ts';
import { targetCount } from '../objectives/example.ts';
import { type Reference, readReference, referenceModels } from '../parity/reference.ts';
import { cpuDevice } from '../runtime/cpu.ts';
import { adaptedForward } from '../trained/adapted-forward.ts';
import { createModelState, parameterFeeds, weightValues } from '../trained/model-state.ts';

const shape = { rows: 4, tokens: 32, targets: 80, examples: 8 };
const tolerance = 1e-4;

/** All examples of the reference in one packed micro-batch. */
function packed({ examples }: Reference) {
  const lengths = examples.map(({ tokens }) => tokens.length);
  const windows = packLengths(lengths, shape.tokens);
  return batchFeeds(
    causalLm,
    windows.map((window) => window.map((index) => examples[index] ?? never())),
    { shape, step: examples },
  );
}

/** ‖found − wanted‖ / ‖wanted‖. */
function distance(found: Float32Array, wanted: Float32Array): number {
  let apart = 0;
  let size = 0;
  for (const [at, value] of wanted.entries()) {
    apart += ((found[at] ?? Number.NaN) - value) ** 2;
    size += value ** 2;
  }
  return Math.sqrt(apart / size);
}

describe.each(referenceModels)('the gradients of "%s"', (name) => {
  it.each(['full', 'lora'] as const)('agree with PyTorch one by one (%s)', async (method) => {
    const reference = await readReference(name);
    const { model, tensors, training } = reference;
    const { rank = 0, alpha = 0 } = training;
    const start = new Map(
      [...tensors]
        .filter(([key]) => key.startsWith('start.'))
        .map(([key, tensor]) => [key.slice('start.'.length), tensor]),
    );
    const isLora = method === 'lora';
    const settings = resolveRecipe({
      adaptation: isLora ? { type: 'lora', rank, alpha } : { type: 'full' },
    });
    const state = await createModelState({
      model,
      settings,
      adapter: isLora ? { tensors: start } : undefined,
    });
    const weights = weightValues(model, state);
    const { loss } = adaptedForward(model, settings, state)(weights, shape, {
      objective: causalLm,
      training: true,
    });
    const found = gradients(loss, [...weights.parameters.values()]);
    const names = [...weights.parameters.keys()];
    const outputs: Record<string, Value> = { loss };
    for (const [at, key] of names.entries()) outputs[`gradient.${key}`] = found[at] ?? never();
    const program = await cpuDevice().compile({ outputs });
    const answers = await program.run({ ...parameterFeeds(state), ...packed(reference) });
    const count = reference.examples.reduce((sum, example) => sum + targetCount(example), 0);
    const wanted = isLora ? reference.loraLoss : reference.loss;
    expect(Number(answers.loss?.data[0]) / count / wanted).toBeCloseTo(1, 5);
    for (const key of names) {
      const sums = answers[`gradient.${key}`] ?? never();
      const mean = (sums.data as Float32Array).map((sum) => sum / count);
      const recorded = tensors.get(`gradient.${key}`)?.data ?? never();
      expect(distance(mean, recorded), key).toBeLessThan(tolerance);
    }
    await program.dispose();
  });
});

describe.each(referenceModels)('the logits of "%s"', (name) => {
  it('agree with PyTorch at every position of an example', async () => {
    const reference = await readReference(name);
    const { model, examples, tensors } = reference;
    const state = await createModelState({
      model,
      settings: resolveRecipe({ adaptation: { type: 'full' } }),
    });
    for (const [index, { tokens }] of examples.entries()) {
      const length = tokens.length;
      const weights = weightValues(model, state);
      const decoder = {
        tensor: weights.tensor,
        linear: baseLinears(model.config, weights.tensor),
      };
      const hidden = packedDecoder(model.config, decoder, { rows: 1, tokens: length });
      const logits = decoderLogits(model.config, decoder, hidden);
      const program = await cpuDevice().compile({ outputs: { logits } });
      const vector = (data: Int32Array) => ({ data, shape: [length], dtype: 'int32' }) as const;
      const used = Object.entries(parameterFeeds(state)).filter(([key]) =>
        program.inputs.includes(key),
      );
      const answers = await program.run({
        ...Object.fromEntries(used),
        tokens: vector(tokens),
        positions: vector(Int32Array.from(tokens.keys())),
        ends: vector(new Int32Array(length).fill(length)),
      });
      const recorded = tensors.get(`logits.${index}`)?.data ?? never();
      expect(distance(answers.logits?.data as Float32Array, recorded)).toBeLessThan(tolerance);
      await program.dispose();
    }
  });
});

function never(): never {
  throw new Error('the reference lacks something');
}
